#include "http-client.h"
#include "clock.h"
#include "http-parse.h"
#include "ipv4.h"
#include "tcp.h"
#include "text.h"
#include "timer.h"

enum { CALLS = 128 };
#define ANSWER_WITHIN (5 * SECONDS)
#define IDLE_FOR (1 * SECONDS) /* short, so that a peer which is being drained is soon let go */

static struct call {
    enum { FREE, ASKING, IDLE } state;
    const struct http_peer *peer;
    const char *path;
    http_done *done;
    void *context;
    struct tcp_connection *tcp;
    bool reused;
    struct timer timer;
} calls[CALLS];

static const struct tcp_events events;

static void forget(struct call *c)
{
    timer_clear(&c->timer);
    c->state = FREE;
    c->tcp = NULL;
}

static void fail(struct call *c, const char *reason)
{
    struct http_answer answer = {.failure = reason};
    http_done *done = c->done;
    void *context = c->context;
    forget(c);
    done(context, &answer);
}

static void connect(struct call *c)
{
    c->reused = false;
    c->tcp = tcp_connect(c->peer->address, c->peer->port, &events, c);
    if (!c->tcp)
        fail(c, "no free connection");
}

static void send_request(struct call *c)
{
    char room[512], host[IPV4_TEXT];
    struct text text = TEXT(room);
    text_add(&text, "GET %s HTTP/1.1\r\nHost: %s:%u\r\n\r\n", c->path, ipv4_text(c->peer->address, host),
             c->peer->port);
    tcp_write(c->tcp, room, text.length);
    tcp_push(c->tcp);
}

static void abort_call(struct call *c, const char *reason)
{
    struct tcp_connection *tcp = c->tcp;
    c->tcp = NULL;
    tcp_abort(tcp);
    fail(c, reason);
}

static void timeout(struct timer *timer)
{
    struct call *c = timer_owner(timer, struct call, timer);
    if (c->state == IDLE) {
        struct tcp_connection *tcp = c->tcp;
        forget(c);
        tcp_close(tcp);
    } else if (c->state == ASKING) {
        abort_call(c, "no answer in time");
    }
}

static bool reuse_idle(const struct http_peer *peer, struct call **found)
{
    for (struct call *c = calls; c < calls + CALLS; c++) {
        if (c->state == FREE && !*found)
            *found = c;
        if (c->state == IDLE && c->peer->address == peer->address && c->peer->port == peer->port) {
            *found = c;
            return true;
        }
    }
    return false;
}

void http_get(const struct http_peer *peer, const char *path, http_done *done, void *context)
{
    struct call *c = NULL;
    bool reused = peer->port && reuse_idle(peer, &c);
    if (!c) {
        struct http_answer answer = {.failure = peer->port ? "too many calls under way" : "no address given"};
        done(context, &answer);
        return;
    }
    c->state = ASKING;
    c->peer = peer;
    c->path = path;
    c->done = done;
    c->context = context;
    c->timer.fire = timeout;
    timer_set(&c->timer, clock_now() + ANSWER_WITHIN);
    if (reused) {
        c->reused = true;
        send_request(c);
    } else {
        connect(c);
    }
}

/* A connection kept from before may have been closed by the peer just now; a new one tells. */
static void lost(struct tcp_connection *tcp, const char *reason)
{
    struct call *c = tcp_owner(tcp);
    size_t length;
    tcp_data(tcp, &length);
    c->tcp = NULL;
    if (c->state == IDLE)
        forget(c);
    else if (c->reused && length == 0)
        connect(c);
    else
        fail(c, reason);
}

static void finish(struct call *c, const struct http_head *head, const char *body, size_t length, bool keep)
{
    struct http_answer answer = {.status = head->status, .body = body, .length = length};
    struct tcp_connection *tcp = c->tcp;
    c->done(c->context, &answer);
    if (keep) {
        size_t all;
        tcp_data(tcp, &all);
        tcp_consume(tcp, all);
        c->state = IDLE;
        timer_set(&c->timer, clock_now() + IDLE_FOR);
    } else {
        forget(c);
        tcp_close(tcp);
    }
}

static void ended_early(struct call *c, struct tcp_connection *tcp, size_t length)
{
    if (!c->reused || length) {
        abort_call(c, "the answer ended early");
        return;
    }
    tcp_close(tcp);
    connect(c);
}

static void readable(struct tcp_connection *tcp)
{
    struct call *c = tcp_owner(tcp);
    if (c->state != ASKING) {
        forget(c);
        tcp_close(tcp);
        return;
    }
    size_t length;
    const char *data = tcp_data(tcp, &length);
    bool ended = tcp_ended(tcp);
    struct http_head head;
    int result = http_parse_answer(data, length, &head);
    if (result < 0 || (result && head.chunked)) {
        abort_call(c, "an answer that is not understood");
        return;
    }
    size_t body = length - (size_t)result;
    if (result && head.has_length && body >= head.body_length)
        finish(c, &head, data + result, head.body_length, head.keep_alive && !ended && body == head.body_length);
    else if (result && !head.has_length && ended)
        finish(c, &head, data + result, body, false);
    else if (ended)
        ended_early(c, tcp, length);
    else if (length == TCP_RECEIVE_SIZE)
        abort_call(c, "an answer larger than 4 KiB");
}

static void opened(struct tcp_connection *tcp) { send_request(tcp_owner(tcp)); }

static const struct tcp_events events = {.open = opened, .readable = readable, .lost = lost};

bool http_peer_parse(const char *text, struct http_peer *peer)
{
    struct slice port = {text, strlen(text)};
    struct slice host = slice_cut(&port, ':');
    uint32_t number;
    if (!ipv4_parse(host.at, host.length, &peer->address) || !parse_number(port.at, port.length, 65535, &number))
        return false;
    peer->port = (uint16_t)number;
    return number != 0;
}
