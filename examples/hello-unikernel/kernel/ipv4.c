#include "ipv4.h"
#include "arp.h"
#include "bytes.h"
#include "checksum.h"
#include "dhcp.h"
#include "early.h"
#include "icmp.h"
#include "string.h"
#include "tcp.h"
#include "text.h"

enum { VERSION_4_NO_OPTIONS = 0x45, DO_NOT_FRAGMENT = 0x4000, FRAGMENT_BITS = 0x3FFF, TIME_TO_LIVE = 64 };
#define EVERYONE 0xFFFFFFFFu

struct ipv4_place ipv4 = {.mtu = 1500};

bool ipv4_is_broadcast(uint32_t address)
{
    return address == EVERYONE || (ipv4.prefix < 31 && address == (ipv4.address | ~ipv4.mask));
}

void ipv4_set_prefix(struct ipv4_place *place, unsigned prefix)
{
    place->prefix = prefix;
    place->mask = prefix ? EVERYONE << (32 - prefix) : 0;
}

void ipv4_send(struct frame *frame, uint32_t to, uint8_t protocol, size_t length)
{
    uint8_t *p = ethernet_payload(frame);
    memset(p, 0, IPV4_HEADER);
    p[0] = VERSION_4_NO_OPTIONS;
    put16(p + 2, (uint16_t)(IPV4_HEADER + length));
    put16(p + 6, DO_NOT_FRAGMENT);
    p[8] = TIME_TO_LIVE;
    p[9] = protocol;
    put32(p + 12, ipv4.address);
    put32(p + 16, to);
    put16(p + 10, checksum_end(checksum_add(0, p, IPV4_HEADER)));
    bool near = (to & ipv4.mask) == (ipv4.address & ipv4.mask);
    if (to == EVERYONE)
        ethernet_send(frame, ethernet_broadcast, ETHERNET_IPV4, IPV4_HEADER + length);
    else if (near || ipv4.gateway)
        arp_send(frame, near ? to : ipv4.gateway, IPV4_HEADER + length);
    else
        frame_free(frame);
}

/* Only single hosts may speak to us, and none may claim to be ourselves. */
static bool is_proper_source(uint32_t source)
{
    uint8_t first = (uint8_t)(source >> 24);
    return first != 0 && first != 127 && first < 224 && source != ipv4.address && !ipv4_is_broadcast(source);
}

void ipv4_input(uint8_t *p, size_t length)
{
    if (length < IPV4_HEADER || p[0] >> 4 != 4)
        return;
    size_t header = (p[0] & 15) * 4u, total = get16(p + 2);
    if (header < IPV4_HEADER || total < header || total > length || checksum_end(checksum_add(0, p, header)) != 0)
        return;
    if (get16(p + 6) & FRAGMENT_BITS)
        return;
    uint32_t source = get32(p + 12), destination = get32(p + 16);
    uint8_t *payload = p + header;
    size_t size = total - header;
    if (p[9] == IPV4_UDP) {
        dhcp_input(source, destination, payload, size); /* the only one who speaks UDP */
        return;
    }
    if (!ipv4.address) {
        if (p[9] == IPV4_TCP)
            early_keep(p, total);
        return;
    }
    if (destination != ipv4.address || !is_proper_source(source))
        return;
    if (p[9] == IPV4_TCP)
        tcp_input(source, payload, size);
    else if (p[9] == IPV4_ICMP)
        icmp_input(source, payload, size);
}

bool ipv4_parse(const char *text, size_t length, uint32_t *address)
{
    uint32_t value = 0;
    const char *end = text + length;
    for (int part = 0; part < 4; part++) {
        const char *from = text;
        while (text < end && *text != '.')
            text++;
        uint32_t number;
        if (!parse_number(from, (size_t)(text - from), 255, &number))
            return false;
        value = value << 8 | number;
        if (part < 3 && text++ == end)
            return false;
    }
    *address = value;
    return text == end;
}

const char *ipv4_text(uint32_t a, char out[IPV4_TEXT])
{
    struct text text = {.start = out, .size = IPV4_TEXT};
    text_add(&text, "%u.%u.%u.%u", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
    return out;
}
