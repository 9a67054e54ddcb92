/* Time since the kernel started, and a one-shot alarm. All times are nanoseconds. */
#pragma once
#include <stdint.h>

#define MILLISECONDS 1000000ul
#define SECONDS 1000000000ul

void clock_init(void);
uint64_t clock_now(void);
/** Interrupts at `due`, or earlier when that is further away than the hardware counts (54 ms). */
void clock_alarm(uint64_t due);
