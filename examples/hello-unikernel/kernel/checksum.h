/* The Internet checksum (RFC 1071). */
#pragma once
#include <stddef.h>
#include <stdint.h>

/** Adds bytes to a sum; all but the last piece must have an even length. */
uint64_t checksum_add(uint64_t sum, const uint8_t *bytes, size_t length);
/** The checksum of a sum, to be stored with put16(); 0 over bytes that contain a right one. */
uint16_t checksum_end(uint64_t sum);
/** The sum of the pseudo header of TCP and UDP. */
uint64_t checksum_pseudo(uint32_t source, uint32_t destination, uint8_t protocol, size_t length);
