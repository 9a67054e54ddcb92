#include "pages.h"
#include "clock.h"
#include "faults.h"
#include "service.h"
#include "tcp.h"
#include "virtio-net.h"

enum { SLOWEST_MS = 30000 };

static void healthz(struct http_exchange exchange)
{
    const char *reason = faults_unhealthy();
    char room[80];
    struct text text = TEXT(room);
    text_add(&text, reason ? "unhealthy: %s\n" : "ok\n", reason);
    http_reply_text(exchange, reason ? 503 : 200, room);
}

static void stats(struct http_exchange exchange)
{
    char room[640];
    struct text text = TEXT(room);
    const struct tcp_counters *t = &tcp_counters;
    text_add(&text, "uptime_ms %lu\nrequests %lu\n", clock_now() / MILLISECONDS, http_requests);
    text_add(&text, "connections_opened %lu\nconnections_closed %lu\nconnections_now %u\nconnections_most %u\n",
             t->opened, t->closed, t->now, t->most);
    text_add(&text, "connections_half_open %u\nconnections_time_wait %u\nconnections_refused %lu\n", t->half_open,
             t->time_wait, t->refused);
    text_add(&text, "retransmissions %lu\nbad_segments %lu\n", t->retransmissions, t->bad_segments);
    text_add(&text, "frames %u\nframes_free %u\nframes_refused %lu\n", frames_all(), frames_free(), frames_refused());
    http_reply_text(exchange, 200, room);
}

static void slept(struct http_exchange exchange) { http_reply_text(exchange, 200, "slept\n"); }

static void slow(const struct http_request *request)
{
    struct slice value = request->query, name = slice_cut(&value, '=');
    uint32_t ms;
    if (!slice_is(name, "ms") || !parse_number(value.at, value.length, UINT32_MAX, &ms))
        http_reply_text(request->exchange, 400, "wanted: /slow?ms=NUMBER\n");
    else
        http_later(request->exchange, ms < SLOWEST_MS ? ms : SLOWEST_MS, slept);
}

void pages_handle(const struct http_request *request)
{
    if (slice_is(request->path, "/healthz"))
        healthz(request->exchange);
    else if (slice_is(request->path, "/stats"))
        stats(request->exchange);
    else if (slice_is(request->path, "/slow"))
        slow(request);
    else
        app.handle(request);
}
