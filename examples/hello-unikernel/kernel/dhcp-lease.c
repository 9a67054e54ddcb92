#include "dhcp-lease.h"
#include "bytes.h"
#include "string.h"

enum { FROM_CLIENT = 1, FROM_SERVER = 2, ETHERNET = 1, PAD = 0 };
enum { AT_TRANSACTION = 4, AT_FLAGS = 10, AT_CLIENT = 12, AT_YOURS = 16, AT_HARDWARE = 28, AT_COOKIE = 236 };
#define COOKIE 0x63825363u
#define A_DAY 86400u

void dhcp_write_fixed(uint8_t *p, uint32_t transaction, const uint8_t mac[6], uint32_t client)
{
    p[0] = FROM_CLIENT;
    p[1] = ETHERNET;
    p[2] = 6;
    put32(p + AT_TRANSACTION, transaction);
    put16(p + AT_FLAGS, client ? 0 : 0x8000); /* without an address, only a broadcast reaches us */
    put32(p + AT_CLIENT, client);
    memcpy(p + AT_HARDWARE, mac, 6);
    put32(p + AT_COOKIE, COOKIE);
}

uint8_t *dhcp_write_option(uint8_t *at, uint8_t code, const uint8_t *value, uint8_t length)
{
    at[0] = code;
    at[1] = length;
    memcpy(at + 2, value, length);
    return at + 2 + length;
}

bool dhcp_is_answer(const uint8_t *p, uint32_t transaction, const uint8_t mac[6])
{
    return p[0] == FROM_SERVER && get32(p + AT_TRANSACTION) == transaction && memcmp(p + AT_HARDWARE, mac, 6) == 0 &&
           get32(p + AT_COOKIE) == COOKIE;
}

/* The name ends up in HTTP headers and on the console, and anyone on the network may have sent it. */
static void take_name(char out[64], const uint8_t *value, size_t length)
{
    size_t used = 0;
    for (size_t i = 0; i < length && used < 63; i++) {
        uint8_t c = value[i], letter = c | 32;
        if ((letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_')
            out[used++] = (char)c;
    }
    out[used] = 0;
}

static unsigned prefix_of(uint32_t mask)
{
    unsigned prefix = 0;
    while (prefix < 32 && mask & 0x80000000u >> prefix)
        prefix++;
    return prefix;
}

static void take_option(struct dhcp_lease *lease, uint8_t code, const uint8_t *value, size_t length)
{
    if (code == DHCP_TYPE && length >= 1)
        lease->type = value[0];
    else if (code == DHCP_HOST_NAME)
        take_name(lease->host_name, value, length);
    else if (code == DHCP_MTU && length >= 2)
        lease->mtu = get16(value);
    else if (length < 4)
        return;
    else if (code == DHCP_MASK)
        lease->prefix = prefix_of(get32(value));
    else if (code == DHCP_ROUTER)
        lease->router = get32(value);
    else if (code == DHCP_SERVER)
        lease->server = get32(value);
    else if (code == DHCP_LEASE_TIME)
        lease->seconds = get32(value);
}

bool dhcp_read_lease(const uint8_t *p, size_t length, struct dhcp_lease *lease)
{
    *lease = (struct dhcp_lease){.address = get32(p + AT_YOURS), .prefix = 24, .mtu = 1500, .seconds = A_DAY};
    for (size_t at = DHCP_FIXED; at < length && p[at] != DHCP_END;) {
        if (p[at] == PAD) {
            at++;
            continue;
        }
        if (at + 2 > length || at + 2 + p[at + 1] > length)
            return false;
        take_option(lease, p[at], p + at + 2, p[at + 1]);
        at += 2u + p[at + 1];
    }
    if (lease->mtu < 576 || lease->mtu > 1500)
        lease->mtu = 1500; /* RFC 791: every network carries 576; our buffers hold 1500 */
    if (lease->seconds < 60)
        lease->seconds = 60;
    return true;
}
