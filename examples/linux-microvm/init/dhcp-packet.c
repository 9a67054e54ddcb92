#include "dhcp-packet.h"
#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <string.h>

enum { CLIENT_PORT = 68, SERVER_PORT = 67 };
enum { IP_HEADER = 20, HEADERS = IP_HEADER + 8, FIXED = 240, OPTIONS_ROOM = 64 };
enum { OPT_MASK = 1, OPT_ROUTER = 3, OPT_HOST_NAME = 12, OPT_MTU = 26, OPT_REQUESTED = 50, OPT_SECONDS = 51, OPT_TYPE = 53,
       OPT_SERVER = 54, OPT_WANTED = 55, OPT_END = 255 };
/* Offsets in the fixed part. */
enum { AT_TRANSACTION = 4, AT_FLAGS = 10, AT_OWN = 12, AT_YOURS = 16, AT_MAC = 28, AT_MAGIC = 236 };
static const uint8_t magic[4] = {99, 130, 83, 99};

static uint16_t checksum(const void *bytes, size_t length)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < length; i += 2) {
        uint16_t word;
        memcpy(&word, (const uint8_t *)bytes + i, 2);
        sum += word;
    }
    while (sum >> 16)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)~sum;
}

static void write_headers(uint8_t *packet, size_t length)
{
    struct iphdr ip = {.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP, .daddr = 0xFFFFFFFF};
    ip.tot_len = htons((uint16_t)length);
    ip.check = checksum(&ip, sizeof ip);
    memcpy(packet, &ip, sizeof ip);
    /* Without a checksum, which UDP allows on IPv4. */
    struct udphdr udp = {.source = htons(CLIENT_PORT), .dest = htons(SERVER_PORT)};
    udp.len = htons((uint16_t)(length - IP_HEADER));
    memcpy(packet + IP_HEADER, &udp, sizeof udp);
}

static uint8_t *add(uint8_t *to, uint8_t option, const void *bytes, uint8_t length)
{
    to[0] = option;
    to[1] = length;
    memcpy(to + 2, bytes, length);
    return to + 2 + length;
}

size_t dhcp_write(uint8_t packet[DHCP_LARGEST], const struct dhcp_question *question)
{
    size_t length = HEADERS + FIXED + OPTIONS_ROOM;
    memset(packet, 0, length);
    write_headers(packet, length);
    uint8_t *p = packet + HEADERS;
    p[0] = 1; /* a question, */
    p[1] = 1; /* on Ethernet, */
    p[2] = 6; /* whose addresses have six bytes */
    memcpy(p + AT_TRANSACTION, &question->transaction, 4);
    p[AT_FLAGS] = 0x80; /* answer to everyone */
    memcpy(p + AT_OWN, &question->own, 4);
    memcpy(p + AT_MAC, question->mac, 6);
    memcpy(p + AT_MAGIC, magic, 4);
    uint8_t *o = add(p + FIXED, OPT_TYPE, &question->type, 1);
    if (question->requested) {
        o = add(o, OPT_REQUESTED, &question->requested, 4);
        o = add(o, OPT_SERVER, &question->server, 4);
    }
    static const uint8_t wanted[] = {OPT_MASK, OPT_ROUTER, OPT_HOST_NAME, OPT_MTU, OPT_SECONDS};
    o = add(o, OPT_WANTED, wanted, sizeof wanted);
    *o = OPT_END;
    return length;
}

static void read_option(struct lease *lease, uint8_t *type, uint8_t option, const uint8_t *value, size_t length)
{
    uint32_t number = 0;
    uint16_t half = 0;
    if (length >= 4)
        memcpy(&number, value, 4);
    if (length >= 2)
        memcpy(&half, value, 2);
    switch (option) {
    case OPT_TYPE: *type = value[0]; break;
    case OPT_MASK: lease->place.mask = number; break;
    case OPT_ROUTER: lease->place.gateway = number; break;
    case OPT_SERVER: lease->server = number; break;
    case OPT_SECONDS: lease->seconds = ntohl(number); break;
    case OPT_MTU: lease->place.mtu = ntohs(half); break;
    case OPT_HOST_NAME:
        length = length < sizeof lease->host_name ? length : sizeof lease->host_name - 1;
        memcpy(lease->host_name, value, length);
        break;
    }
}

static bool is_answer(const uint8_t *packet, size_t length, const struct dhcp_question *question)
{
    const uint8_t *p = packet + HEADERS;
    uint16_t port;
    if (length < HEADERS + FIXED || packet[0] != 0x45 || packet[9] != IPPROTO_UDP)
        return false;
    memcpy(&port, packet + IP_HEADER + 2, 2);
    return port == htons(CLIENT_PORT) && p[0] == 2 && memcmp(p + AT_TRANSACTION, &question->transaction, 4) == 0 &&
           memcmp(p + AT_MAC, question->mac, 6) == 0 && memcmp(p + AT_MAGIC, magic, 4) == 0;
}

uint8_t dhcp_read(const uint8_t *packet, size_t length, const struct dhcp_question *question, struct lease *lease)
{
    if (!is_answer(packet, length, question))
        return 0;
    uint8_t type = 0;
    *lease = (struct lease){.place.mask = htonl(0xFFFFFF00), .seconds = 0xFFFFFFFF};
    memcpy(&lease->place.address, packet + HEADERS + AT_YOURS, 4);
    const uint8_t *o = packet + HEADERS + FIXED, *end = packet + length;
    while (o < end && *o != OPT_END) {
        if (*o == 0) {
            o++;
            continue;
        }
        if (end - o < 2 || end - o - 2 < o[1])
            return 0;
        if (o[1])
            read_option(lease, &type, o[0], o + 2, o[1]);
        o += 2 + o[1];
    }
    /*
     * QEMU's user network leaves the router out when it is restricted, yet forwards connections from beyond the local
     * network; its DHCP server is the way back.
     */
    if (!lease->place.gateway)
        lease->place.gateway = lease->server;
    return type;
}
