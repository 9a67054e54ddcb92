/* IPv4 without fragments (RFC 791). Addresses are plain numbers: 10.0.2.15 is 0x0A00020F. */
#pragma once
#include "ethernet.h"

enum { IPV4_HEADER = 20, IPV4_ICMP = 1, IPV4_TCP = 6, IPV4_UDP = 17 };

/** Our place in the network; `address` is 0 until it is known. */
struct ipv4_place {
    uint32_t address, mask, gateway;
    unsigned prefix;
    uint16_t mtu;
};
extern struct ipv4_place ipv4;

static inline uint8_t *ipv4_payload(struct frame *frame) { return ethernet_payload(frame) + IPV4_HEADER; }
/** Sends a frame whose payload is in place. */
void ipv4_send(struct frame *frame, uint32_t to, uint8_t protocol, size_t length);
void ipv4_input(uint8_t *packet, size_t length);
void ipv4_set_prefix(struct ipv4_place *place, unsigned prefix);
bool ipv4_is_broadcast(uint32_t address);

/** Reads 10.0.2.15; false unless all of the text is an address. */
bool ipv4_parse(const char *text, size_t length, uint32_t *address);
enum { IPV4_TEXT = 16 };
/** Writes 10.0.2.15 and answers it. */
const char *ipv4_text(uint32_t address, char out[IPV4_TEXT]);
