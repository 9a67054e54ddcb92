/* The text of HTTP/1.1 messages (RFC 9112). */
#pragma once
#include "slice.h"

struct http_head {
    struct slice method, path, query;
    unsigned status; /* of an answer */
    bool keep_alive, has_length, chunked;
    uint32_t body_length;
};

/**
 * Reads the head of a request. Answers its length; 0 when it is not all there yet; or the negative status of the
 * answer it deserves.
 */
int http_parse_request(const char *data, size_t length, struct http_head *head);
/** The same for an answer; any malformed one is -502. */
int http_parse_answer(const char *data, size_t length, struct http_head *head);
