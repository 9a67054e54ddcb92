/* Serves HTTP/1.1: GET and HEAD, keep-alive, pipelined requests one after the other. */
#pragma once
#include "slice.h"

enum { HTTP_BODY_LARGEST = 4096 };

/** Where an answer belongs; good until it is given, harmless when the client has gone. */
struct http_exchange {
    uint16_t connection;
    uint32_t serial;
};

/** Its texts are good until the answer is given. */
struct http_request {
    struct slice path, query;
    struct http_exchange exchange;
};

typedef void http_handler(const struct http_request *request);

struct http_options {
    uint16_t port;
    http_handler *handler;      /* must answer, now or later, with http_reply() */
    const char *headers;        /* lines for every answer, each ended by CR LF; up to 512 characters */
    uint64_t keep_alive_age_ms; /* one older than this, or half as old again, ends with its next answer; 0: none */
};

void http_serve(const struct http_options *options);
/** Answers once; `body` is cut at HTTP_BODY_LARGEST. */
void http_reply(struct http_exchange exchange, unsigned status, const char *type, const char *body, size_t length);
/** Answers with a line of plain text. */
void http_reply_text(struct http_exchange exchange, unsigned status, const char *text);
/** Calls `then` after a while, unless the client goes away. */
void http_later(struct http_exchange exchange, uint64_t ms, void (*then)(struct http_exchange exchange));

extern uint64_t http_requests;
