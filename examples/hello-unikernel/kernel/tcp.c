#include "string.h"
#include "tcp-connection.h"

/* What an owner may do with a connection. */

const char *tcp_data(const struct tcp_connection *c, size_t *length)
{
    *length = c->received;
    return c->receive_buffer;
}

void tcp_consume(struct tcp_connection *c, size_t length)
{
    memmove(c->receive_buffer, c->receive_buffer + length, c->received - length);
    c->received -= length;
    uint32_t promised = c->rcv_edge - c->rcv_nxt;
    if (c->state == ESTABLISHED && promised < c->mss && tcp_window(c) > promised)
        tcp_send_ack(c); /* the peer may be waiting for the window to open */
}

bool tcp_ended(const struct tcp_connection *c) { return c->state == CLOSE_WAIT; }

size_t tcp_room(const struct tcp_connection *c) { return TCP_SEND_SIZE - c->queued; }

void tcp_write(struct tcp_connection *c, const char *data, size_t length)
{
    if (length > tcp_room(c))
        length = tcp_room(c);
    size_t at = (c->send_start + c->queued) % TCP_SEND_SIZE, straight = TCP_SEND_SIZE - at;
    if (straight > length)
        straight = length;
    memcpy(c->send_buffer + at, data, straight);
    memcpy(c->send_buffer, data + straight, length - straight);
    c->queued += length;
}

void tcp_push(struct tcp_connection *c) { tcp_output(c); }

void tcp_close(struct tcp_connection *c)
{
    if (c->state == SYN_SENT) {
        tcp_free(c);
        return;
    }
    tcp_set_state(c, c->state == CLOSE_WAIT ? LAST_ACK : FIN_WAIT_1);
    tcp_output(c);
}

void tcp_abort(struct tcp_connection *c)
{
    if (c->state != SYN_SENT)
        tcp_send_reset(c->remote, c->remote_port, c->local_port, c->snd_max, c->rcv_nxt, ACK);
    tcp_free(c);
}
