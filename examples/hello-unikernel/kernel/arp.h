/* Address resolution (RFC 826). */
#pragma once
#include "ethernet.h"

void arp_input(const uint8_t *packet, size_t length);
/** Sends an IPv4 packet to a neighbour; it waits here, alone, while the neighbour's address is asked for. */
void arp_send(struct frame *frame, uint32_t neighbour, size_t length);
/** Tells the network our address, and asks for the gateway's before it is needed. */
void arp_announce(uint32_t gateway);
