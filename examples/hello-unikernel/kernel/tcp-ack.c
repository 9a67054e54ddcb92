#include "tcp-connection.h"

enum { DUPLICATES = 3 };

static void grow_window(struct tcp_connection *c, uint32_t acknowledged)
{
    if (c->congestion_window < c->slow_start_threshold)
        c->congestion_window += acknowledged < c->mss ? acknowledged : c->mss;
    else
        c->congestion_window += (uint32_t)c->mss * c->mss / c->congestion_window;
    if (c->congestion_window > 2 * TCP_SEND_SIZE)
        c->congestion_window = 2 * TCP_SEND_SIZE;
}

static void release(struct tcp_connection *c, uint32_t acknowledged)
{
    size_t data = acknowledged < c->queued ? acknowledged : c->queued; /* the rest is the goodbye's number */
    c->send_start = (c->send_start + data) % TCP_SEND_SIZE;
    c->queued -= data;
    c->send_base += (uint32_t)data;
}

static void take_progress(struct tcp_connection *c, const struct tcp_segment *s)
{
    uint32_t acknowledged = s->ack - c->snd_una;
    tcp_measure_round_trip(c, s->ack);
    release(c, acknowledged);
    grow_window(c, acknowledged);
    c->snd_una = s->ack;
    if (before(c->snd_nxt, c->snd_una))
        c->snd_nxt = c->snd_una;
    c->attempts = 0;
    c->duplicate_acks = 0;
}

/* Fast retransmission (RFC 5681, section 3.2), without inflating the window. */
static void take_duplicate(struct tcp_connection *c, const struct tcp_segment *s)
{
    if (s->length || s->window == 0 || s->window != c->snd_wnd || c->snd_una == c->snd_max || (s->flags & FIN))
        return;
    if (++c->duplicate_acks != DUPLICATES)
        return;
    uint32_t half = (c->snd_max - c->snd_una) / 2;
    c->slow_start_threshold = half > 2u * c->mss ? half : 2u * c->mss;
    c->congestion_window = c->slow_start_threshold;
    tcp_retransmit_one(c);
}

static void take_window(struct tcp_connection *c, const struct tcp_segment *s)
{
    if (!before(c->snd_wl1, s->seq) && !(c->snd_wl1 == s->seq && !after(c->snd_wl2, s->ack)))
        return;
    c->snd_wnd = s->window;
    c->snd_wl1 = s->seq;
    c->snd_wl2 = s->ack;
    if (s->window == 0 && c->attempts > 6)
        c->attempts = 6; /* a peer that answers probes is alive, however long it takes */
}

static bool goodbye_acknowledged(const struct tcp_connection *c)
{
    return c->snd_una - c->send_base == c->queued + 1;
}

/* False when that ended the connection. */
static bool advance_goodbye(struct tcp_connection *c)
{
    if (!our_side_closed(c) || !goodbye_acknowledged(c))
        return true;
    if (c->state == FIN_WAIT_1)
        tcp_set_state(c, FIN_WAIT_2);
    else if (c->state == CLOSING)
        tcp_set_state(c, TIME_WAIT);
    else if (c->state == LAST_ACK) {
        tcp_free(c);
        return false;
    }
    return true;
}

bool tcp_take_ack(struct tcp_connection *c, const struct tcp_segment *s)
{
    if (c->state == SYN_RECEIVED) {
        if (s->ack != c->snd_max) {
            tcp_send_reset(s->source, s->source_port, s->port, s->ack, 0, 0);
            return false;
        }
        tcp_established(c, s);
        return c->state != CLOSED;
    }
    /* An acknowledgement of what was never sent, or is long past, is a forgery (RFC 5961, section 5.2). */
    if (after(s->ack, c->snd_max) || before(s->ack, c->snd_una - 0xFFFF)) {
        tcp_send_ack(c);
        return false;
    }
    if (after(s->ack, c->snd_una))
        take_progress(c, s);
    else if (s->ack == c->snd_una)
        take_duplicate(c, s);
    if (!before(s->ack, c->snd_una))
        take_window(c, s);
    return advance_goodbye(c);
}
