/* The head of an HTTP/1.x request. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct request {
    char *method, *path;
    char *query; /* what follows the question mark; empty where there is none */
    bool keep_alive;
    size_t body_length;
};

/**
 * Reads a head in place. Returns its length, 0 while it is not whole, or a negative status where it is no proper
 * request. `data` ends with a NUL that does not count.
 */
int request_read(char *data, size_t length, struct request *request);
