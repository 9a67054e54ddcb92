/* What a DHCP packet looks like, from its IP header on (RFC 2131, 2132). */
#pragma once
#include "interface.h"
#include <stdbool.h>
#include <stddef.h>

enum { DHCP_DISCOVER = 1, DHCP_OFFER = 2, DHCP_REQUEST = 3, DHCP_ACKNOWLEDGE = 5, DHCP_REFUSE = 6 };
enum { DHCP_LARGEST = 1500 };

/** An answer, or what is asked for again. Addresses in network byte order. */
struct lease {
    struct place place;
    uint32_t server;
    uint32_t seconds; /* 0xFFFFFFFF: for ever */
    char host_name[64];
};

struct dhcp_question {
    uint8_t type;
    uint32_t transaction;
    uint8_t mac[6];
    uint32_t own;       /* address that we have already; 0 while we have none */
    uint32_t requested; /* address that was offered, and by whom */
    uint32_t server;
};

/** Writes an IP packet to everyone; returns its length. */
size_t dhcp_write(uint8_t packet[DHCP_LARGEST], const struct dhcp_question *question);
/** Reads an IP packet; returns its DHCP type, or 0 where it is no answer to this question. */
uint8_t dhcp_read(const uint8_t *packet, size_t length, const struct dhcp_question *question, struct lease *lease);
