/* Things to do later. Setting and clearing is cheap, since most timers (retransmissions) never fire. */
#pragma once
#include <stdint.h>

#define NEVER UINT64_MAX

/** Zero-initialised but for `fire`; embedded in what it belongs to and never moved. */
struct timer {
    void (*fire)(struct timer *timer);
    uint64_t due, queued_for; /* it may wait in the queue for an earlier time than it is due */
    unsigned place;           /* in the queue, from 1; 0 when not queued */
};

#define timer_owner(pointer, type, member) ((type *)((char *)(pointer) - offsetof(type, member)))

void timer_set(struct timer *timer, uint64_t due);
void timer_clear(struct timer *timer);
/** Fires what is due; answers when it should be called again. */
uint64_t timers_run(void);
