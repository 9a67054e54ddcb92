/* The state of one connection; only for the files tcp-*.c. Names of variables as in RFC 9293, section 3.3.1. */
#pragma once
#include "clock.h"
#include "tcp.h"
#include "timer.h"

enum { TCP_HEADER = 20, TCP_MSS_OPTION = 4, SMALLEST_MSS = 64, DEFAULT_MSS = 536 };
enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

enum tcp_state {
    CLOSED, SYN_SENT, SYN_RECEIVED, ESTABLISHED, CLOSE_WAIT,
    /* from here on our side has been closed */
    FIN_WAIT_1, FIN_WAIT_2, CLOSING, LAST_ACK, TIME_WAIT,
};

struct tcp_connection {
    enum tcp_state state;
    uint32_t remote;
    uint16_t remote_port, local_port;
    const struct tcp_events *events;
    void *owner;
    struct tcp_connection *next; /* in its hash chain, or among the free */

    uint32_t snd_una, snd_nxt, snd_max, snd_wnd, snd_wl1, snd_wl2;
    uint32_t send_base; /* the sequence number of the first byte in the send buffer */
    uint32_t rcv_nxt, rcv_edge; /* the edge of the window we have promised */
    uint16_t mss;
    uint32_t congestion_window, slow_start_threshold;
    uint8_t duplicate_acks, attempts;
    bool ack_due;

    uint64_t srtt, rttvar, rto, timed_at, since; /* since: when it entered its state */
    uint32_t timed_sequence;
    bool timing;
    struct timer timer;

    size_t received, send_start, queued;
    char receive_buffer[TCP_RECEIVE_SIZE];
    char send_buffer[TCP_SEND_SIZE]; /* a ring */
};

/* Sequence numbers wrap. */
static inline bool before(uint32_t a, uint32_t b) { return (int32_t)(a - b) < 0; }
static inline bool after(uint32_t a, uint32_t b) { return (int32_t)(a - b) > 0; }

static inline bool our_side_closed(const struct tcp_connection *c) { return c->state >= FIN_WAIT_1; }

struct tcp_segment {
    uint32_t source;
    uint16_t source_port, port;
    uint32_t seq, ack, window;
    uint8_t flags;
    uint16_t mss; /* 0 when not said */
    const uint8_t *data;
    size_t length;
};

/* tcp-table.c */
struct tcp_connection *tcp_find(uint32_t remote, uint16_t remote_port, uint16_t local_port);
/** A connection in the given state, or NULL when all are in use by others that live. */
struct tcp_connection *tcp_new(uint32_t remote, uint16_t remote_port, uint16_t local_port, enum tcp_state state);
void tcp_set_state(struct tcp_connection *connection, enum tcp_state state);
/** Tells the owner, if it still has one, and frees. */
void tcp_drop(struct tcp_connection *connection, const char *reason);
void tcp_free(struct tcp_connection *connection);
const struct tcp_events *tcp_listener(uint16_t port);

/* tcp-output.c */
void tcp_output(struct tcp_connection *connection);
void tcp_send_syn(struct tcp_connection *connection);
void tcp_send_ack(struct tcp_connection *connection);
void tcp_retransmit_one(struct tcp_connection *connection);
void tcp_send_probe(struct tcp_connection *connection);
void tcp_send_reset(uint32_t to, uint16_t port, uint16_t from_port, uint32_t seq, uint32_t ack, uint8_t flags);
uint32_t tcp_window(const struct tcp_connection *connection);

/* tcp-timer.c */
void tcp_timeout(struct timer *timer);
/** Sets the timer to what the connection now waits for. */
void tcp_set_timer(struct tcp_connection *connection);
void tcp_measure_round_trip(struct tcp_connection *connection, uint32_t ack);

/* tcp-open.c */
void tcp_open_passive(const struct tcp_segment *segment);
/** The answer to our SYN. */
void tcp_open_active(struct tcp_connection *connection, const struct tcp_segment *segment);
void tcp_established(struct tcp_connection *connection, const struct tcp_segment *segment);

/* tcp-ack.c */
/** Takes what the segment acknowledges; false when the segment must not be looked at further. */
bool tcp_take_ack(struct tcp_connection *connection, const struct tcp_segment *segment);
