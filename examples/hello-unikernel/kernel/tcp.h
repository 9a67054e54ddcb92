/*
 * TCP (RFC 9293) for a fixed number of connections, each with its own buffers: nothing is allocated, so nothing
 * can leak. Segments out of order are not kept; the peer sends them again.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TCP_CONNECTIONS = 256, TCP_RECEIVE_SIZE = 4096, TCP_SEND_SIZE = 8192 };

struct tcp_connection;

/** What happens to a connection. Not called any more once it has been closed or aborted from our side. */
struct tcp_events {
    void (*open)(struct tcp_connection *connection);
    /** More data, or the peer's end of it. */
    void (*readable)(struct tcp_connection *connection);
    /** The peer has acknowledged something, so there is more room. */
    void (*writable)(struct tcp_connection *connection);
    /** Reset, refused or given up; the connection is gone when this returns. */
    void (*lost)(struct tcp_connection *connection, const char *reason);
};

void tcp_listen(uint16_t port, const struct tcp_events *events);
/** NULL when every connection is in use. */
struct tcp_connection *tcp_connect(uint32_t address, uint16_t port, const struct tcp_events *events, void *owner);
void *tcp_owner(const struct tcp_connection *connection);
/** From 0 to TCP_CONNECTIONS - 1. */
unsigned tcp_number(const struct tcp_connection *connection);

/** What has arrived and was not consumed; it stays where it is until then, more is added behind it. */
const char *tcp_data(const struct tcp_connection *connection, size_t *length);
void tcp_consume(struct tcp_connection *connection, size_t length);
/** Whether the peer has said it sends no more. */
bool tcp_ended(const struct tcp_connection *connection);
/** How much tcp_write() takes at once. */
size_t tcp_room(const struct tcp_connection *connection);
/** Queues data; it leaves with tcp_push() or tcp_close(). */
void tcp_write(struct tcp_connection *connection, const char *data, size_t length);
void tcp_push(struct tcp_connection *connection);
/** Sends what is queued, then says goodbye. The caller must forget the connection. */
void tcp_close(struct tcp_connection *connection);
/** Breaks off. The caller must forget the connection. */
void tcp_abort(struct tcp_connection *connection);

struct tcp_counters {
    uint64_t opened, closed, refused, retransmissions, bad_segments;
    unsigned now, half_open, time_wait, most;
};
extern struct tcp_counters tcp_counters;

void tcp_input(uint32_t source, const uint8_t *segment, size_t length);
