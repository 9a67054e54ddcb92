#include "tcp-connection.h"
#include "random.h"

/* All connections there are, found by a keyed hash of who speaks to whom. */
enum { CHAINS = 512, LISTENERS = 4, HALF_OPEN_MOST = 64 };

struct tcp_counters tcp_counters;

static struct tcp_connection connections[TCP_CONNECTIONS];
static struct tcp_connection *chains[CHAINS], *free_first, *free_last;
static unsigned ever_used; /* those from here on have never been used */
static struct {
    uint16_t port;
    const struct tcp_events *events;
} listeners[LISTENERS];

static struct tcp_connection **chain_of(uint32_t remote, uint16_t remote_port, uint16_t local_port)
{
    uint64_t hash = keyed_hash((uint64_t)remote << 32 | (uint32_t)remote_port << 16 | local_port, 1);
    return &chains[hash % CHAINS];
}

struct tcp_connection *tcp_find(uint32_t remote, uint16_t remote_port, uint16_t local_port)
{
    struct tcp_connection *c = *chain_of(remote, remote_port, local_port);
    while (c && !(c->remote == remote && c->remote_port == remote_port && c->local_port == local_port))
        c = c->next;
    return c;
}

static void count_state(enum tcp_state state, int by)
{
    if (state == TIME_WAIT)
        tcp_counters.time_wait += (unsigned)by;
    else if (state != CLOSED)
        tcp_counters.now += (unsigned)by;
    if (state == SYN_RECEIVED)
        tcp_counters.half_open += (unsigned)by;
    if (tcp_counters.now > tcp_counters.most)
        tcp_counters.most = tcp_counters.now;
}

void tcp_set_state(struct tcp_connection *c, enum tcp_state state)
{
    count_state(c->state, -1);
    c->state = state;
    c->since = clock_now();
    count_state(state, 1);
}

static struct tcp_connection *oldest(enum tcp_state state)
{
    struct tcp_connection *found = NULL;
    for (struct tcp_connection *c = connections; c < connections + ever_used; c++)
        if (c->state == state && (!found || c->since < found->since))
            found = c;
    return found;
}

static struct tcp_connection *take_free(void)
{
    if (ever_used < TCP_CONNECTIONS)
        return &connections[ever_used++];
    if (!free_first) {
        struct tcp_connection *c = oldest(TIME_WAIT);
        if (!c)
            return NULL;
        tcp_free(c);
    }
    struct tcp_connection *c = free_first;
    free_first = c->next;
    return c;
}

struct tcp_connection *tcp_new(uint32_t remote, uint16_t remote_port, uint16_t local_port, enum tcp_state state)
{
    if (state == SYN_RECEIVED && tcp_counters.half_open >= HALF_OPEN_MOST)
        tcp_free(oldest(SYN_RECEIVED)); /* someone who never answers must not keep others out */
    struct tcp_connection *c = take_free();
    if (!c)
        return NULL;
    struct timer timer = c->timer; /* may still be queued */
    timer.fire = tcp_timeout;
    __builtin_memset(c, 0, offsetof(struct tcp_connection, receive_buffer));
    c->timer = timer;
    c->remote = remote;
    c->remote_port = remote_port;
    c->local_port = local_port;
    struct tcp_connection **chain = chain_of(remote, remote_port, local_port);
    c->next = *chain;
    *chain = c;
    tcp_set_state(c, state);
    tcp_counters.opened++;
    return c;
}

void tcp_free(struct tcp_connection *c)
{
    struct tcp_connection **at = chain_of(c->remote, c->remote_port, c->local_port);
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    timer_clear(&c->timer);
    tcp_set_state(c, CLOSED);
    tcp_counters.closed++;
    c->next = NULL;
    if (free_first)
        free_last->next = c;
    else
        free_first = c;
    free_last = c;
}

void tcp_drop(struct tcp_connection *c, const char *reason)
{
    if (c->events && !our_side_closed(c) && c->state != SYN_RECEIVED)
        c->events->lost(c, reason);
    tcp_free(c);
}

void tcp_listen(uint16_t port, const struct tcp_events *events)
{
    for (unsigned i = 0; i < LISTENERS; i++) {
        if (listeners[i].port)
            continue;
        listeners[i].port = port;
        listeners[i].events = events;
        return;
    }
}

const struct tcp_events *tcp_listener(uint16_t port)
{
    for (unsigned i = 0; i < LISTENERS; i++)
        if (listeners[i].port == port)
            return listeners[i].events;
    return NULL;
}

void *tcp_owner(const struct tcp_connection *c) { return c->owner; }

unsigned tcp_number(const struct tcp_connection *c) { return (unsigned)(c - connections); }
