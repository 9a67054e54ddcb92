#pragma once
#include <stdint.h>

/** Serves HTTP for ever. A connection older than `age_ms`, or up to half as old again, ends with its next answer; 0: never. */
void server_run(uint16_t port, int64_t age_ms) __attribute__((noreturn));
