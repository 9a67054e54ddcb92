/* Answers pings (RFC 792). */
#pragma once
#include <stddef.h>
#include <stdint.h>

void icmp_input(uint32_t source, const uint8_t *packet, size_t length);
