/* Ethernet II frames. */
#pragma once
#include "virtio-net.h"

enum { ETHERNET_HEADER = 14, ETHERNET_IPV4 = 0x0800, ETHERNET_ARP = 0x0806 };

extern const uint8_t ethernet_broadcast[6];

/** Where the payload of a frame to be sent begins. */
static inline uint8_t *ethernet_payload(struct frame *frame) { return frame->bytes + ETHERNET_HEADER; }
void ethernet_send(struct frame *frame, const uint8_t to[6], uint16_t type, size_t length);
void ethernet_input(uint8_t *frame, size_t length);
