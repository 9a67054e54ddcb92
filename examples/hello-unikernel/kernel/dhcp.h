/* Asks the network for an address, a gateway and a host name (RFC 2131), and keeps the lease. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/** `found` is called once, when the first address is there. */
void dhcp_start(void (*found)(void));
/** Takes a UDP packet. */
void dhcp_input(uint32_t source, uint32_t destination, const uint8_t *packet, size_t length);
/** What the server calls us (option 12), or "". */
const char *dhcp_host_name(void);
