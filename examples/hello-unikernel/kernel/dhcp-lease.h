/* The format of a DHCP packet (RFC 2131, section 2; options in RFC 2132). */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DHCP_FIXED = 240 }; /* bytes before the options, their cookie included */
enum { DHCP_MASK = 1, DHCP_ROUTER = 3, DHCP_HOST_NAME = 12, DHCP_MTU = 26, DHCP_REQUESTED_ADDRESS = 50,
       DHCP_LEASE_TIME = 51, DHCP_TYPE = 53, DHCP_SERVER = 54, DHCP_WANTED = 55, DHCP_END = 255 };

struct dhcp_lease {
    uint8_t type;
    uint32_t address, router, server, seconds;
    unsigned prefix;
    uint16_t mtu;
    char host_name[64]; /* letters, digits, dots, hyphens and underscores only */
};

void dhcp_write_fixed(uint8_t *packet, uint32_t transaction, const uint8_t mac[6], uint32_t client);
/** Answers where the next option goes. */
uint8_t *dhcp_write_option(uint8_t *at, uint8_t code, const uint8_t *value, uint8_t length);
bool dhcp_is_answer(const uint8_t *packet, uint32_t transaction, const uint8_t mac[6]);
/** False when the options are malformed. */
bool dhcp_read_lease(const uint8_t *packet, size_t length, struct dhcp_lease *lease);
