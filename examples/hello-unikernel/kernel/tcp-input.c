#include "bytes.h"
#include "checksum.h"
#include "ipv4.h"
#include "string.h"
#include "tcp-connection.h"

enum { OPTION_END = 0, OPTION_NOTHING = 1, OPTION_MSS = 2 };

static uint16_t find_mss(const uint8_t *at, const uint8_t *end)
{
    while (at < end && *at != OPTION_END) {
        if (*at == OPTION_NOTHING) {
            at++;
            continue;
        }
        if (end - at < 2 || at[1] < 2 || at[1] > end - at)
            return 0;
        if (*at == OPTION_MSS && at[1] == TCP_MSS_OPTION)
            return get16(at + 2);
        at += at[1];
    }
    return 0;
}

static bool read_segment(uint32_t source, const uint8_t *p, size_t length, struct tcp_segment *s)
{
    if (length < TCP_HEADER)
        return false;
    size_t header = p[12] / 16 * 4u;
    uint64_t pseudo = checksum_pseudo(source, ipv4.address, IPV4_TCP, length);
    if (header < TCP_HEADER || header > length || checksum_end(checksum_add(pseudo, p, length)) != 0)
        return false;
    *s = (struct tcp_segment){.source = source, .source_port = get16(p), .port = get16(p + 2), .seq = get32(p + 4),
                              .ack = get32(p + 8), .window = get16(p + 14), .flags = p[13] & 0x1F,
                              .data = p + header, .length = length - header};
    if (s->flags & SYN)
        s->mss = find_mss(p + TCP_HEADER, p + header);
    return s->source_port && s->port;
}

static void answer_stranger(const struct tcp_segment *s)
{
    if (s->flags & RST)
        return;
    if (s->flags & ACK)
        tcp_send_reset(s->source, s->source_port, s->port, s->ack, 0, 0);
    else if (s->flags & SYN)
        tcp_open_passive(s);
    else
        tcp_send_reset(s->source, s->source_port, s->port, 0, s->seq + (uint32_t)s->length + !!(s->flags & FIN), ACK);
}

/* RFC 9293, section 3.10.7.4, first step: does any of it lie in the window? */
static bool is_acceptable(const struct tcp_connection *c, const struct tcp_segment *s)
{
    uint32_t window = c->rcv_edge - c->rcv_nxt, length = (uint32_t)s->length + !!(s->flags & FIN);
    uint32_t first = s->seq - c->rcv_nxt, last = first + length - 1;
    if (length == 0)
        return first < window || first == 0;
    return window && (first < window || last < window);
}

/* Cuts off what was received before and what exceeds the window. */
static void trim(const struct tcp_connection *c, struct tcp_segment *s)
{
    if (before(s->seq, c->rcv_nxt)) {
        uint32_t old = c->rcv_nxt - s->seq;
        if (old > s->length)
            old = (uint32_t)s->length;
        s->data += old;
        s->length -= old;
        s->seq += old;
    }
    uint32_t room = c->rcv_edge - c->rcv_nxt;
    if (s->length > room) {
        s->length = room;
        s->flags &= (uint8_t)~FIN;
    }
}

static void take_data(struct tcp_connection *c, const struct tcp_segment *s)
{
    if (s->length == 0)
        return;
    if (!our_side_closed(c)) {
        memcpy(c->receive_buffer + c->received, s->data, s->length);
        c->received += s->length;
    }
    c->rcv_nxt += (uint32_t)s->length;
    c->ack_due = true;
}

static void take_goodbye(struct tcp_connection *c)
{
    c->rcv_nxt++;
    if (c->rcv_edge - c->rcv_nxt > TCP_RECEIVE_SIZE)
        c->rcv_edge = c->rcv_nxt; /* it came into a window that was full */
    c->ack_due = true;
    if (c->state == ESTABLISHED)
        tcp_set_state(c, CLOSE_WAIT);
    else if (c->state == FIN_WAIT_1)
        tcp_set_state(c, CLOSING);
    else if (c->state == FIN_WAIT_2)
        tcp_set_state(c, TIME_WAIT);
}

static bool peer_may_send(const struct tcp_connection *c)
{
    return c->state == ESTABLISHED || c->state == FIN_WAIT_1 || c->state == FIN_WAIT_2;
}

static void tell_owner(struct tcp_connection *c, bool more_data, bool more_room)
{
    if (more_data && (c->state == ESTABLISHED || c->state == CLOSE_WAIT))
        c->events->readable(c);
    if (more_room && (c->state == ESTABLISHED || c->state == CLOSE_WAIT) && c->events->writable)
        c->events->writable(c);
}

static void take_content(struct tcp_connection *c, struct tcp_segment *s, uint32_t una_before)
{
    trim(c, s);
    bool in_order = s->seq == c->rcv_nxt, has_content = s->length || (s->flags & FIN);
    bool news = has_content && in_order && peer_may_send(c);
    if (news) {
        take_data(c, s);
        if (s->flags & FIN)
            take_goodbye(c);
    } else if (has_content) {
        c->ack_due = true; /* says again what we expect */
    }
    tell_owner(c, news, c->snd_una != una_before);
    tcp_output(c);
    if (c->ack_due && c->state != CLOSED)
        tcp_send_ack(c);
}

/* Which of these may be believed: RFC 5961, sections 3.2 and 4.2. True when that was all there was to it. */
static bool take_reset_or_syn(struct tcp_connection *c, const struct tcp_segment *s)
{
    if (!(s->flags & (RST | SYN)))
        return false;
    if (s->flags & RST && s->seq == c->rcv_nxt)
        tcp_drop(c, "reset");
    else
        tcp_send_ack(c);
    return true;
}

static bool is_new_life(const struct tcp_connection *c, const struct tcp_segment *s)
{
    return c->state == TIME_WAIT && (s->flags & (SYN | ACK | RST)) == SYN && after(s->seq, c->rcv_nxt);
}

static void take_segment(struct tcp_connection *c, struct tcp_segment *s)
{
    if (c->state == SYN_RECEIVED && (s->flags & (SYN | ACK | RST)) == SYN && s->seq + 1 == c->rcv_nxt) {
        tcp_send_syn(c); /* our answer was lost */
        return;
    }
    if (!is_acceptable(c, s)) {
        /* In a window that is full even what cannot be taken may acknowledge something. */
        bool into_full_window = s->seq == c->rcv_nxt && c->rcv_edge == c->rcv_nxt && s->flags & ACK;
        if (into_full_window && !(s->flags & (RST | SYN)) && !tcp_take_ack(c, s))
            return;
        if (!(s->flags & RST))
            tcp_send_ack(c);
        return;
    }
    if (take_reset_or_syn(c, s) || !(s->flags & ACK))
        return;
    uint32_t una_before = c->snd_una;
    if (tcp_take_ack(c, s))
        take_content(c, s, una_before);
}

void tcp_input(uint32_t source, const uint8_t *packet, size_t length)
{
    struct tcp_segment s;
    if (!read_segment(source, packet, length, &s)) {
        tcp_counters.bad_segments++;
        return;
    }
    struct tcp_connection *c = tcp_find(s.source, s.source_port, s.port);
    if (c && is_new_life(c, &s)) {
        tcp_free(c);
        c = NULL;
    }
    if (!c)
        answer_stranger(&s);
    else if (c->state == SYN_SENT)
        tcp_open_active(c, &s);
    else
        take_segment(c, &s);
}
