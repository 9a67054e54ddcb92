/* What is answered, and the faults that tests of our keepers need. */
#pragma once
#include "request.h"
#include <stdint.h>

enum { BODY_LARGEST = 4096 };

struct page {
    int status;
    int64_t delay_ms;
    char body[BODY_LARGEST];
};

/** Reads the boot arguments that pages and faults depend on; may hang, as it was told to. */
void pages_open(void);
/** Names the instance: --name, else what DHCP said, else its address. */
void pages_name(const char *name);
void pages_answer(const struct request *request, struct page *page);
/** Header lines of every answer. */
const char *pages_headers(void);
/** Milliseconds until a fault is due, -1 for never; crashes when it is. */
int64_t pages_fault_due(void);

/** Requests answered and connections taken, for /stats. */
extern uint64_t requests, connections;
