#include "ipv4.h"
#include "random.h"
#include "tcp-connection.h"

enum { FIRST_EPHEMERAL = 32768, EPHEMERAL_COUNT = 28000 };

/* RFC 6528: a clock plus a secret of each pair, so that none can be guessed and a pair's only ever rise. */
static uint32_t initial_sequence(uint32_t remote, uint16_t remote_port, uint16_t local_port)
{
    uint64_t pair = keyed_hash((uint64_t)remote << 32 | (uint32_t)remote_port << 16 | local_port, 2);
    return (uint32_t)(clock_now() / 4000 + pair);
}

static void start(struct tcp_connection *c, uint16_t peer_mss)
{
    uint16_t ours = (uint16_t)(ipv4.mtu - IPV4_HEADER - TCP_HEADER), theirs = peer_mss ? peer_mss : DEFAULT_MSS;
    if (theirs < SMALLEST_MSS)
        theirs = SMALLEST_MSS;
    c->mss = theirs < ours ? theirs : ours;
    c->congestion_window = 10u * c->mss; /* RFC 6928 */
    c->slow_start_threshold = UINT32_MAX;
}

static void choose_sequence(struct tcp_connection *c)
{
    c->snd_una = initial_sequence(c->remote, c->remote_port, c->local_port);
    c->snd_nxt = c->snd_max = c->send_base = c->snd_una + 1;
    c->timing = true;
    c->timed_sequence = c->snd_nxt;
    c->timed_at = clock_now();
}

static void take_sequence(struct tcp_connection *c, const struct tcp_segment *s)
{
    c->rcv_nxt = s->seq + 1;
    c->rcv_edge = c->rcv_nxt + TCP_RECEIVE_SIZE;
}

void tcp_open_passive(const struct tcp_segment *s)
{
    const struct tcp_events *events = tcp_listener(s->port);
    struct tcp_connection *c = events ? tcp_new(s->source, s->source_port, s->port, SYN_RECEIVED) : NULL;
    if (!c) {
        tcp_counters.refused++;
        tcp_send_reset(s->source, s->source_port, s->port, 0, s->seq + 1, ACK);
        return;
    }
    c->events = events;
    start(c, s->mss);
    take_sequence(c, s);
    choose_sequence(c);
    tcp_send_syn(c);
    tcp_set_timer(c);
}

struct tcp_connection *tcp_connect(uint32_t address, uint16_t port, const struct tcp_events *events, void *owner)
{
    static uint16_t last;
    if (!last)
        last = (uint16_t)(random64() % EPHEMERAL_COUNT);
    uint16_t local;
    do {
        last = (uint16_t)((last + 1) % EPHEMERAL_COUNT);
        local = FIRST_EPHEMERAL + last;
    } while (tcp_listener(local) || tcp_find(address, port, local));
    struct tcp_connection *c = tcp_new(address, port, local, SYN_SENT);
    if (!c)
        return NULL;
    c->events = events;
    c->owner = owner;
    start(c, 0);
    choose_sequence(c);
    tcp_send_syn(c);
    tcp_set_timer(c);
    return c;
}

void tcp_established(struct tcp_connection *c, const struct tcp_segment *s)
{
    tcp_measure_round_trip(c, s->ack);
    c->snd_una = s->ack;
    c->snd_wnd = s->window;
    c->snd_wl1 = s->seq;
    c->snd_wl2 = s->ack;
    c->attempts = 0;
    tcp_set_state(c, ESTABLISHED);
    tcp_set_timer(c);
    c->events->open(c);
}

void tcp_open_active(struct tcp_connection *c, const struct tcp_segment *s)
{
    if ((s->flags & ACK) && s->ack != c->snd_max) {
        if (!(s->flags & RST))
            tcp_send_reset(s->source, s->source_port, s->port, s->ack, 0, 0);
        return;
    }
    if (!(s->flags & ACK))
        return; /* both opening at once is not supported */
    if (s->flags & RST) {
        tcp_drop(c, "refused");
        return;
    }
    if (!(s->flags & SYN))
        return;
    start(c, s->mss);
    take_sequence(c, s);
    c->ack_due = true;
    tcp_established(c, s);
    if (c->ack_due)
        tcp_send_ack(c);
}
