#include "http-server.h"
#include "clock.h"
#include "http-parse.h"
#include "http-status.h"
#include "random.h"
#include "tcp.h"
#include "text.h"
#include "timer.h"

enum { HEAD_LARGEST = 1024, BODY_SKIPPED_AT_MOST = 65536 };
#define IDLE_FOR (60 * SECONDS)
#define REQUEST_WITHIN (15 * SECONDS) /* from its first byte to the end of its head */

uint64_t http_requests;

/* connections[n] belongs to the TCP connection number n. */
static struct connection {
    struct tcp_connection *tcp; /* NULL when nobody is there */
    uint32_t serial;            /* another one for each request */
    bool busy;                  /* the handler has the request and has not answered */
    bool head_only, keep_alive, pumping;
    size_t request_length;
    uint32_t body_left; /* of a request's body, to be passed over */
    uint64_t old_at, active, first_byte;
    struct timer watch, delay;
    void (*then)(struct http_exchange);
} connections[TCP_CONNECTIONS];

static struct http_options options;

static void forget(struct connection *c)
{
    c->tcp = NULL;
    c->busy = false;
    c->serial++;
    timer_clear(&c->watch);
    timer_clear(&c->delay);
}

static void close(struct connection *c)
{
    struct tcp_connection *tcp = c->tcp;
    forget(c);
    tcp_close(tcp);
}

static struct http_exchange exchange_of(const struct connection *c)
{
    return (struct http_exchange){(uint16_t)(c - connections), c->serial};
}

static struct connection *find(struct http_exchange e)
{
    struct connection *c = &connections[e.connection];
    return c->tcp && c->busy && c->serial == e.serial ? c : NULL;
}

static void write_answer(struct connection *c, unsigned status, const char *type, const char *body, size_t length)
{
    char room[HEAD_LARGEST];
    struct text head = TEXT(room);
    if (length > HTTP_BODY_LARGEST)
        length = HTTP_BODY_LARGEST;
    text_add(&head, "HTTP/1.1 %u %s\r\nContent-Type: %s\r\nContent-Length: %u\r\n", status, http_status_text(status),
             type, (unsigned)length);
    if (status == 405)
        text_add(&head, "Allow: GET, HEAD\r\n");
    text_add(&head, "%s%s\r\n", options.headers, c->keep_alive ? "" : "Connection: close\r\n");
    tcp_write(c->tcp, room, head.length);
    if (!c->head_only)
        tcp_write(c->tcp, body, length);
}

static void pump(struct connection *c);

/*
 * A balancer can drain a connection only if it ends of itself, between two requests. Up to half as old again, so that
 * connections which began together do not all come back together.
 */
static uint64_t choose_end(uint64_t now)
{
    uint64_t age = options.keep_alive_age_ms * MILLISECONDS;
    return age ? now + age + random64() % (age / 2 + 1) : NEVER;
}

void http_reply(struct http_exchange e, unsigned status, const char *type, const char *body, size_t length)
{
    struct connection *c = find(e);
    if (!c)
        return;
    http_requests++;
    c->busy = false;
    c->serial++;
    c->active = clock_now();
    c->first_byte = 0;
    if (c->active >= c->old_at)
        c->keep_alive = false;
    write_answer(c, status, type, body, length);
    if (!c->keep_alive) {
        close(c);
        return;
    }
    tcp_consume(c->tcp, c->request_length);
    tcp_push(c->tcp);
    timer_set(&c->watch, c->active + IDLE_FOR);
    pump(c);
}

void http_reply_text(struct http_exchange e, unsigned status, const char *text)
{
    http_reply(e, status, "text/plain; charset=utf-8", text, strlen(text));
}

/* An answer to something that is no proper request: nothing behind it can be trusted to be one. */
static void refuse(struct connection *c, unsigned status)
{
    char line[64];
    struct text text = TEXT(line);
    text_add(&text, "%u %s\n", status, http_status_text(status));
    c->busy = true;
    c->keep_alive = false;
    http_reply_text(exchange_of(c), status, line);
}

static void skip_body(struct connection *c)
{
    size_t length;
    tcp_data(c->tcp, &length);
    if (length > c->body_left)
        length = c->body_left;
    c->body_left -= (uint32_t)length;
    tcp_consume(c->tcp, length);
}

static void start_request(struct connection *c, const struct http_head *head, size_t length)
{
    c->busy = true;
    c->request_length = length;
    c->body_left = head->body_length;
    c->keep_alive = head->keep_alive;
    c->head_only = slice_is(head->method, "HEAD");
    if (!c->head_only && !slice_is(head->method, "GET")) {
        refuse(c, 405);
        return;
    }
    if (head->body_length > BODY_SKIPPED_AT_MOST) {
        refuse(c, 413);
        return;
    }
    struct http_request request = {head->path, head->query, exchange_of(c)};
    options.handler(&request);
}

/* False when there is nothing more to do now. */
static bool take_request(struct connection *c)
{
    skip_body(c);
    size_t length;
    const char *data = tcp_data(c->tcp, &length);
    if (length && !c->first_byte)
        c->first_byte = clock_now();
    struct http_head head;
    c->head_only = false;
    int result = http_parse_request(data, length, &head);
    if (result > 0) {
        start_request(c, &head, (size_t)result);
        return true;
    }
    if (result < 0)
        refuse(c, (unsigned)-result);
    else if (length == TCP_RECEIVE_SIZE)
        refuse(c, 431);
    else if (tcp_ended(c->tcp))
        close(c);
    else if (length)
        timer_set(&c->watch, c->first_byte + REQUEST_WITHIN);
    return false;
}

static void pump(struct connection *c)
{
    if (c->pumping)
        return;
    c->pumping = true;
    while (c->tcp && !c->busy && tcp_room(c->tcp) >= HEAD_LARGEST + HTTP_BODY_LARGEST)
        if (!take_request(c))
            break;
    c->pumping = false;
}

static void watch(struct timer *timer)
{
    struct connection *c = timer_owner(timer, struct connection, watch);
    if (!c->tcp)
        return;
    uint64_t now = clock_now();
    if (c->busy)
        timer_set(timer, now + IDLE_FOR);
    else if (c->first_byte && now >= c->first_byte + REQUEST_WITHIN)
        refuse(c, 408);
    else if (now >= c->active + IDLE_FOR)
        close(c);
    else
        timer_set(timer, c->active + IDLE_FOR);
}

static void delay_over(struct timer *timer)
{
    struct connection *c = timer_owner(timer, struct connection, delay);
    if (c->tcp && c->busy)
        c->then(exchange_of(c));
}

void http_later(struct http_exchange e, uint64_t ms, void (*then)(struct http_exchange))
{
    struct connection *c = find(e);
    if (!c)
        return;
    c->then = then;
    timer_set(&c->delay, clock_now() + ms * MILLISECONDS);
}

static void opened(struct tcp_connection *tcp)
{
    struct connection *c = &connections[tcp_number(tcp)];
    forget(c);
    c->tcp = tcp;
    c->body_left = 0;
    c->first_byte = 0;
    c->active = clock_now();
    c->old_at = choose_end(c->active);
    c->watch.fire = watch;
    c->delay.fire = delay_over;
    timer_set(&c->watch, c->active + IDLE_FOR);
}

static void moved(struct tcp_connection *tcp) { pump(&connections[tcp_number(tcp)]); }

static void lost(struct tcp_connection *tcp, const char *reason)
{
    (void)reason;
    forget(&connections[tcp_number(tcp)]);
}

void http_serve(const struct http_options *o)
{
    static const struct tcp_events events = {.open = opened, .readable = moved, .writable = moved, .lost = lost};
    options = *o;
    tcp_listen(o->port, &events);
}
