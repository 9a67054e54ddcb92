/* Numbers that an outsider cannot guess. */
#pragma once
#include <stdint.h>

void random_init(void);
uint64_t random64(void);
/** A keyed hash (SipHash-2-4) of two words: the same all through one run, different in the next. */
uint64_t keyed_hash(uint64_t a, uint64_t b);
