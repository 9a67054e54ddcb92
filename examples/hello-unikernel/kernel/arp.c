#include "arp.h"
#include "bytes.h"
#include "clock.h"
#include "ipv4.h"
#include "string.h"
#include "timer.h"

enum { ENTRIES = 32, SIZE = 28, REQUEST = 1, REPLY = 2 };
#define FRESH_FOR (60 * SECONDS)  /* asked again afterwards, used meanwhile */
#define VALID_FOR (120 * SECONDS)
#define ASK_AGAIN_AFTER (250 * MILLISECONDS)
#define WAIT_FOR (1 * SECONDS) /* then the waiting packet is given up */

static struct entry {
    uint32_t ip; /* 0: unused */
    uint8_t mac[6];
    bool known;
    uint64_t learnt, asked, used;
    struct frame *waiting;
    size_t waiting_length;
} entries[ENTRIES];

static void give_up(struct timer *timer)
{
    (void)timer;
    for (struct entry *e = entries; e < entries + ENTRIES; e++) {
        if (e->waiting)
            frame_free(e->waiting);
        e->waiting = NULL;
    }
}

static struct timer patience = {.fire = give_up, .due = NEVER};

static struct entry *find(uint32_t ip)
{
    for (struct entry *e = entries; e < entries + ENTRIES; e++)
        if (e->ip == ip)
            return e;
    return NULL;
}

static struct entry *replace_oldest(uint32_t ip)
{
    struct entry *oldest = entries;
    for (struct entry *e = entries; e < entries + ENTRIES; e++)
        if (e->used < oldest->used)
            oldest = e;
    if (oldest->waiting)
        frame_free(oldest->waiting);
    *oldest = (struct entry){.ip = ip};
    return oldest;
}

static void send(uint16_t operation, const uint8_t to[6], const uint8_t target[6], uint32_t ip)
{
    static const uint8_t ethernet_and_ipv4[6] = {0, 1, 8, 0, 6, 4};
    struct frame *frame = frame_new();
    if (!frame)
        return;
    uint8_t *p = ethernet_payload(frame);
    memcpy(p, ethernet_and_ipv4, 6);
    put16(p + 6, operation);
    memcpy(p + 8, virtio_net_mac(), 6);
    put32(p + 14, ipv4.address);
    memcpy(p + 18, target, 6);
    put32(p + 24, ip);
    ethernet_send(frame, to, ETHERNET_ARP, SIZE);
}

static void ask(struct entry *e, uint64_t now)
{
    static const uint8_t unknown[6];
    if (e->asked && now - e->asked < ASK_AGAIN_AFTER)
        return;
    e->asked = now;
    send(REQUEST, ethernet_broadcast, unknown, e->ip);
}

static void learn(struct entry *e, const uint8_t mac[6])
{
    memcpy(e->mac, mac, 6);
    e->known = true;
    e->learnt = clock_now();
    struct frame *frame = e->waiting;
    e->waiting = NULL;
    if (frame)
        ethernet_send(frame, e->mac, ETHERNET_IPV4, e->waiting_length);
}

/* Only those we deal with are remembered: a stranger's claims cannot fill the table. */
void arp_input(const uint8_t *p, size_t length)
{
    if (length < SIZE || get16(p) != 1 || get16(p + 2) != ETHERNET_IPV4 || p[4] != 6 || p[5] != 4 || !ipv4.address)
        return;
    uint16_t operation = get16(p + 6);
    uint32_t sender = get32(p + 14), target = get32(p + 24);
    if (sender == 0 || sender == ipv4.address || (p[8] & 1))
        return;
    struct entry *e = find(sender);
    if (e)
        learn(e, p + 8);
    if (operation == REQUEST && target == ipv4.address)
        send(REPLY, p + 8, p + 8, sender);
}

void arp_send(struct frame *frame, uint32_t neighbour, size_t length)
{
    uint64_t now = clock_now();
    struct entry *e = find(neighbour);
    if (!e)
        e = replace_oldest(neighbour);
    e->used = now;
    if (e->known && now - e->learnt > VALID_FOR)
        e->known = false;
    if (!e->known || now - e->learnt > FRESH_FOR)
        ask(e, now);
    if (e->known) {
        ethernet_send(frame, e->mac, ETHERNET_IPV4, length);
        return;
    }
    if (e->waiting)
        frame_free(e->waiting);
    e->waiting = frame;
    e->waiting_length = length;
    timer_set(&patience, now + WAIT_FOR);
}

void arp_announce(uint32_t gateway)
{
    static const uint8_t unknown[6];
    send(REQUEST, ethernet_broadcast, unknown, ipv4.address);
    if (gateway)
        ask(replace_oldest(gateway), clock_now());
}
