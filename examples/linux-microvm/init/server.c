#include "server.h"
#include "clock.h"
#include "listener.h"
#include "pages.h"
#include "response.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS = 64, HEAD_LARGEST = 4096, IDLE_MS = 60000, REQUEST_WITHIN_MS = 15000 };

static struct client {
    int socket; /* -1 when nobody is there */
    bool keep_alive, head_only;
    bool waiting;         /* for its answer to be due */
    int64_t until;        /* the end of its patience, or of ours */
    int64_t old_at;
    size_t length, skip;  /* bytes in `in`; bytes of a body that are passed over */
    char in[HEAD_LARGEST + 1];
    struct page page;
} clients[CLIENTS];

static int poller, listener;
static unsigned client_count;
static int64_t keep_alive_age;

/* `who` is NULL for the listener. */
static void watch(struct client *who, bool readable)
{
    struct epoll_event event = {.events = readable ? EPOLLIN : 0, .data.ptr = who};
    epoll_ctl(poller, EPOLL_CTL_MOD, who ? who->socket : listener, &event);
}

static void close_client(struct client *c)
{
    /* What was sent and is not read would make a reset of the close, and that may overtake the answer. */
    static char rest[HEAD_LARGEST];
    shutdown(c->socket, SHUT_WR);
    while (recv(c->socket, rest, sizeof rest, MSG_DONTWAIT) > 0)
        continue;
    close(c->socket);
    c->socket = -1;
    if (client_count-- == CLIENTS)
        watch(NULL, true);
}

static void send_page(struct client *c)
{
    char out[RESPONSE_LARGEST];
    requests++;
    c->waiting = false;
    c->until = now_ms() + IDLE_MS;
    if (c->old_at && now_ms() >= c->old_at)
        c->keep_alive = false;
    size_t length = response_write(out, &c->page, c->keep_alive, c->head_only);
    /* The socket has room for dozens of answers: who lets it fill up does not read them. */
    if (send(c->socket, out, length, MSG_NOSIGNAL) != (ssize_t)length)
        c->keep_alive = false;
    if (!c->keep_alive)
        close_client(c);
}

/* Nothing behind what is no proper request can be trusted to be one. */
static void refuse(struct client *c, int status)
{
    c->keep_alive = c->head_only = false;
    c->page.status = status;
    snprintf(c->page.body, sizeof c->page.body, "%d %s\n", status, response_reason(status));
    send_page(c);
}

static void drop(struct client *c, size_t count)
{
    c->length -= count;
    memmove(c->in, c->in + count, c->length + 1);
}

static void answer(struct client *c)
{
    while (c->socket >= 0 && !c->waiting) {
        size_t skipped = c->skip < c->length ? c->skip : c->length;
        c->skip -= skipped;
        drop(c, skipped);
        struct request request;
        int result = request_read(c->in, c->length, &request);
        if (result == 0 && c->length < HEAD_LARGEST)
            return;
        if (result <= 0) {
            refuse(c, result ? -result : 431);
            return;
        }
        c->keep_alive = request.keep_alive;
        c->head_only = strcmp(request.method, "HEAD") == 0;
        if (!c->head_only && strcmp(request.method, "GET") != 0) {
            refuse(c, 405);
            return;
        }
        pages_answer(&request, &c->page);
        c->skip = request.body_length;
        drop(c, (size_t)result);
        c->waiting = c->page.delay_ms > 0;
        c->until = now_ms() + c->page.delay_ms;
        if (c->waiting)
            watch(c, false);
        else
            send_page(c);
    }
}

static void read_client(struct client *c)
{
    ssize_t got = recv(c->socket, c->in + c->length, HEAD_LARGEST - c->length, 0);
    if (got <= 0) {
        if (got == 0 || (errno != EAGAIN && errno != EINTR))
            close_client(c);
        return;
    }
    if (c->length == 0)
        c->until = now_ms() + REQUEST_WITHIN_MS;
    c->length += (size_t)got;
    c->in[c->length] = 0;
    answer(c);
}

static void accept_clients(void)
{
    while (client_count < CLIENTS) {
        int socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket < 0)
            return;
        struct client *c = clients;
        while (c->socket >= 0)
            c++;
        int64_t now = now_ms();
        *c = (struct client){.socket = socket, .until = now + IDLE_MS};
        /* Not all together: connections that began at once would come back at once. */
        c->old_at = keep_alive_age ? now + keep_alive_age + rand() % (keep_alive_age / 2 + 1) : 0;
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        epoll_ctl(poller, EPOLL_CTL_ADD, socket, &(struct epoll_event){.events = EPOLLIN, .data.ptr = c});
        connections++;
        client_count++;
    }
    /* The others wait in the socket's queue. */
    watch(NULL, false);
}

/* Ends what is over; returns the milliseconds until the next end, -1 for none. */
static int64_t keep_time(void)
{
    int64_t next = pages_fault_due(), now = now_ms();
    for (struct client *c = clients; c < clients + CLIENTS; c++) {
        if (c->socket >= 0 && c->until <= now) {
            if (c->waiting) {
                watch(c, true);
                send_page(c);
                if (c->socket >= 0)
                    answer(c);
            } else if (c->length) {
                refuse(c, 408);
            } else {
                close_client(c);
            }
        }
        if (c->socket >= 0 && (next < 0 || c->until - now < next))
            next = c->until - now;
    }
    return next;
}

void server_run(uint16_t port, int64_t age_ms)
{
    keep_alive_age = age_ms;
    srand((unsigned)now_ms());
    for (struct client *c = clients; c < clients + CLIENTS; c++)
        c->socket = -1;
    listener = listener_open(port);
    poller = epoll_create1(EPOLL_CLOEXEC);
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &(struct epoll_event){.events = EPOLLIN});
    for (;;) {
        struct epoll_event events[CLIENTS + 1];
        int count = epoll_wait(poller, events, CLIENTS + 1, (int)keep_time());
        for (int i = 0; i < count; i++) {
            struct client *c = events[i].data.ptr;
            if (!c)
                accept_clients();
            else if (c->socket >= 0)
                read_client(c);
        }
    }
}
