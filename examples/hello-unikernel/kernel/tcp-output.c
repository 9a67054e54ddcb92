#include "bytes.h"
#include "checksum.h"
#include "ipv4.h"
#include "string.h"
#include "tcp-connection.h"

enum { OPTION_MSS = 2 };

/* The window never shrinks, and opens only by steps worth sending for (RFC 9293, section 3.8.6.2.2). */
uint32_t tcp_window(const struct tcp_connection *c)
{
    uint32_t promised = c->rcv_edge - c->rcv_nxt;
    uint32_t room = our_side_closed(c) ? TCP_RECEIVE_SIZE : (uint32_t)(TCP_RECEIVE_SIZE - c->received);
    uint32_t step = c->mss < TCP_RECEIVE_SIZE / 2 ? c->mss : TCP_RECEIVE_SIZE / 2;
    return room >= promised + step ? room : promised;
}

static void write_header(uint8_t *p, uint16_t from, uint16_t to, uint32_t seq, uint32_t ack, uint8_t flags,
                         uint16_t window, size_t header)
{
    put16(p, from);
    put16(p + 2, to);
    put32(p + 4, seq);
    put32(p + 8, ack);
    p[12] = (uint8_t)(header / 4 << 4);
    p[13] = flags;
    put16(p + 14, window);
    put32(p + 16, 0);
}

static void finish(struct frame *frame, uint32_t to, size_t length)
{
    uint8_t *p = ipv4_payload(frame);
    uint64_t sum = checksum_pseudo(ipv4.address, to, IPV4_TCP, length);
    put16(p + 16, checksum_end(checksum_add(sum, p, length)));
    ipv4_send(frame, to, IPV4_TCP, length);
}

static void copy_queued(const struct tcp_connection *c, size_t offset, uint8_t *to, size_t length)
{
    size_t from = (c->send_start + offset) % TCP_SEND_SIZE, straight = TCP_SEND_SIZE - from;
    if (straight > length)
        straight = length;
    memcpy(to, c->send_buffer + from, straight);
    memcpy(to + straight, c->send_buffer, length - straight);
}

/* A segment that finds no frame counts as lost: the timer sends it again. */
static void emit(struct tcp_connection *c, uint32_t seq, uint8_t flags, size_t length)
{
    struct frame *frame = frame_new();
    if (!frame)
        return;
    uint8_t *p = ipv4_payload(frame);
    size_t header = TCP_HEADER + (flags & SYN ? TCP_MSS_OPTION : 0);
    uint32_t window = tcp_window(c);
    write_header(p, c->local_port, c->remote_port, seq, flags & ACK ? c->rcv_nxt : 0, flags, (uint16_t)window, header);
    if (flags & SYN) {
        p[TCP_HEADER] = OPTION_MSS;
        p[TCP_HEADER + 1] = TCP_MSS_OPTION;
        put16(p + TCP_HEADER + 2, (uint16_t)(ipv4.mtu - IPV4_HEADER - TCP_HEADER));
    }
    if (length)
        copy_queued(c, seq - c->send_base, p + header, length);
    if (flags & ACK) {
        c->rcv_edge = c->rcv_nxt + window;
        c->ack_due = false;
    }
    finish(frame, c->remote, header + length);
}

void tcp_send_syn(struct tcp_connection *c) { emit(c, c->snd_una, c->state == SYN_SENT ? SYN : SYN | ACK, 0); }

void tcp_send_ack(struct tcp_connection *c) { emit(c, c->snd_max, ACK, 0); }

/* One byte into a closed window, so that its opening is learnt of even when that news was lost. */
void tcp_send_probe(struct tcp_connection *c)
{
    emit(c, c->snd_una, ACK, 1);
    if (c->snd_max == c->snd_una)
        c->snd_max = c->snd_una + 1;
}

void tcp_send_reset(uint32_t to, uint16_t port, uint16_t from_port, uint32_t seq, uint32_t ack, uint8_t flags)
{
    struct frame *frame = frame_new();
    if (!frame)
        return;
    write_header(ipv4_payload(frame), from_port, port, seq, ack, RST | flags, 0, TCP_HEADER);
    finish(frame, to, TCP_HEADER);
}

static void sent(struct tcp_connection *c, uint32_t length)
{
    if (before(c->snd_nxt, c->snd_max))
        tcp_counters.retransmissions++;
    else if (!c->timing) {
        c->timing = true;
        c->timed_sequence = c->snd_nxt + length;
        c->timed_at = clock_now();
    }
    c->snd_nxt += length;
    if (after(c->snd_nxt, c->snd_max))
        c->snd_max = c->snd_nxt;
}

static void send_what_fits(struct tcp_connection *c)
{
    uint32_t window = c->snd_wnd < c->congestion_window ? c->snd_wnd : c->congestion_window;
    for (;;) {
        uint32_t offset = c->snd_nxt - c->send_base, flight = c->snd_nxt - c->snd_una;
        if (offset > c->queued)
            return; /* the goodbye too is on its way */
        size_t waiting = c->queued - offset, length = waiting < c->mss ? waiting : c->mss;
        size_t allowed = window > flight ? window - flight : 0;
        if (length > allowed)
            length = allowed;
        bool last = length == waiting, fin = last && our_side_closed(c);
        if (length == 0 && !fin)
            return;
        if (length < c->mss && !last && flight)
            return; /* rather a full one later than a small one now */
        emit(c, c->snd_nxt, ACK | (last ? PSH : 0) | (fin ? FIN : 0), length);
        sent(c, (uint32_t)length + fin);
    }
}

void tcp_output(struct tcp_connection *c)
{
    if (c->state < ESTABLISHED)
        return;
    if (c->state != TIME_WAIT)
        send_what_fits(c);
    tcp_set_timer(c);
}

void tcp_retransmit_one(struct tcp_connection *c)
{
    uint32_t offset = c->snd_una - c->send_base;
    size_t waiting = offset < c->queued ? c->queued - offset : 0, length = waiting < c->mss ? waiting : c->mss;
    bool fin = length == waiting && our_side_closed(c);
    tcp_counters.retransmissions++;
    c->timing = false;
    emit(c, c->snd_una, ACK | PSH | (fin ? FIN : 0), length);
}
