#pragma once
#include <stdint.h>

/** A socket that takes connections on every address, and does not block. */
int listener_open(uint16_t port);
