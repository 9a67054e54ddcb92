/* Milliseconds since the machine was started. */
#pragma once
#include <stdint.h>

int64_t now_ms(void);
