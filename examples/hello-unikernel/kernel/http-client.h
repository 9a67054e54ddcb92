/* Asks another service over HTTP, without waiting for it. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_peer {
    uint32_t address;
    uint16_t port; /* 0: nobody */
};

/** Reads HOST:PORT, the host being an IPv4 address. */
bool http_peer_parse(const char *text, struct http_peer *peer);

struct http_answer {
    const char *failure; /* why there is no answer; NULL when there is one */
    unsigned status;
    const char *body; /* good during the call only */
    size_t length;
};

typedef void http_done(void *context, const struct http_answer *answer);

/**
 * Calls `done` exactly once, perhaps before it returns, at the latest after 5 seconds. An answer may have up to
 * 4 KiB, its head included. `path` and `peer` must stay where they are.
 */
void http_get(const struct http_peer *peer, const char *path, http_done *done, void *context);
