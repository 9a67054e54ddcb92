#include "dhcp.h"
#include "arp.h"
#include "bytes.h"
#include "checksum.h"
#include "clock.h"
#include "dhcp-lease.h"
#include "early.h"
#include "ipv4.h"
#include "random.h"
#include "serial.h"
#include "string.h"
#include "timer.h"

enum { CLIENT_PORT = 68, SERVER_PORT = 67, UDP_HEADER = 8, PACKET = DHCP_FIXED + 64 };
enum { DISCOVER = 1, OFFER = 2, REQUEST = 3, ACKNOWLEDGE = 5, REFUSE = 6 };
#define FIRST_WAIT (50 * MILLISECONDS) /* then twice as long each time */
#define LONGEST_WAIT (8 * SECONDS)

static enum { OFF, ASKING, REQUESTING, BOUND, RENEWING } state;
static void (*when_found)(void);
static struct dhcp_lease offer, lease;
static uint32_t transaction;
static uint64_t wait, expires;
static char host_name[64];

static void timeout(struct timer *timer);
static struct timer timer = {.fire = timeout};

static void finish_udp(uint8_t *udp, size_t length)
{
    put16(udp, CLIENT_PORT);
    put16(udp + 2, SERVER_PORT);
    put16(udp + 4, (uint16_t)length);
    put16(udp + 6, 0);
    uint16_t sum = checksum_end(checksum_add(checksum_pseudo(ipv4.address, 0xFFFFFFFF, IPV4_UDP, length), udp, length));
    put16(udp + 6, sum ? sum : 0xFFFF);
}

static void send(uint8_t type)
{
    struct frame *frame = frame_new();
    if (!frame)
        return;
    uint8_t *udp = ipv4_payload(frame), *p = udp + UDP_HEADER;
    memset(p, 0, PACKET);
    bool renewing = state == RENEWING;
    dhcp_write_fixed(p, transaction, virtio_net_mac(), renewing ? ipv4.address : 0);
    uint8_t *o = p + DHCP_FIXED;
    o = dhcp_write_option(o, DHCP_TYPE, (uint8_t[]){type}, 1);
    if (type == REQUEST && !renewing) {
        uint8_t number[4];
        put32(number, offer.address);
        o = dhcp_write_option(o, DHCP_REQUESTED_ADDRESS, number, 4);
        put32(number, offer.server);
        o = dhcp_write_option(o, DHCP_SERVER, number, 4);
    }
    static const uint8_t wanted[] = {DHCP_MASK, DHCP_ROUTER, DHCP_HOST_NAME, DHCP_MTU, DHCP_LEASE_TIME};
    o = dhcp_write_option(o, DHCP_WANTED, wanted, sizeof wanted);
    *o++ = DHCP_END;
    finish_udp(udp, UDP_HEADER + PACKET);
    ipv4_send(frame, 0xFFFFFFFF, IPV4_UDP, UDP_HEADER + PACKET);
}

static void enter(int next, uint8_t message)
{
    state = next;
    wait = next == RENEWING ? 4 * SECONDS : FIRST_WAIT;
    send(message);
    timer_set(&timer, clock_now() + wait);
}

static void ask(void)
{
    transaction = (uint32_t)random64();
    enter(ASKING, DISCOVER);
}

static void timeout(struct timer *t)
{
    uint64_t now = clock_now();
    if (state == BOUND) {
        transaction = (uint32_t)random64();
        enter(RENEWING, REQUEST);
        return;
    }
    if (state == RENEWING && now >= expires) {
        print("net: dhcp lease expired\n");
        ipv4.address = 0;
        ask();
        return;
    }
    if (state == REQUESTING && wait > SECONDS) {
        ask();
        return;
    }
    wait = wait * 2 > LONGEST_WAIT && state != RENEWING ? LONGEST_WAIT : wait * 2;
    send(state == ASKING ? DISCOVER : REQUEST);
    uint64_t next = now + wait;
    timer_set(t, state == RENEWING && next > expires ? expires : next);
}

static void print_place(void)
{
    char address[IPV4_TEXT], gateway[IPV4_TEXT];
    print("net: dhcp %s/%u via %s", ipv4_text(ipv4.address, address), ipv4.prefix, ipv4_text(ipv4.gateway, gateway));
    print(host_name[0] ? ", host name %s\n" : "\n", host_name);
}

static void bind(void)
{
    bool changed = ipv4.address != lease.address;
    ipv4.address = lease.address;
    ipv4_set_prefix(&ipv4, lease.prefix);
    ipv4.mtu = lease.mtu;
    /*
     * QEMU's user network leaves the router out when it is restricted, yet forwards connections from addresses beyond
     * the local network; its DHCP server is the way back.
     */
    ipv4.gateway = lease.router ? lease.router : lease.server;
    state = BOUND;
    uint64_t now = clock_now();
    expires = lease.seconds == 0xFFFFFFFF ? NEVER : now + lease.seconds * SECONDS;
    if (expires == NEVER)
        timer_clear(&timer);
    else
        timer_set(&timer, now + lease.seconds * SECONDS / 2);
    if (!changed)
        return;
    copy_text(host_name, sizeof host_name, lease.host_name);
    print_place();
    arp_announce(ipv4.gateway);
    if (when_found)
        when_found();
    when_found = NULL;
    early_replay();
}

void dhcp_start(void (*found)(void))
{
    when_found = found;
    ask();
}

static bool is_for_us(uint32_t source, uint32_t destination, const uint8_t *udp, size_t length)
{
    if (state == OFF || length < UDP_HEADER + DHCP_FIXED || get16(udp) != SERVER_PORT || get16(udp + 2) != CLIENT_PORT)
        return false;
    size_t size = get16(udp + 4);
    if (size < UDP_HEADER + DHCP_FIXED || size > length)
        return false;
    uint64_t sum = checksum_pseudo(source, destination, IPV4_UDP, size);
    if (get16(udp + 6) && checksum_end(checksum_add(sum, udp, size)) != 0)
        return false;
    return dhcp_is_answer(udp + UDP_HEADER, transaction, virtio_net_mac());
}

void dhcp_input(uint32_t source, uint32_t destination, const uint8_t *udp, size_t length)
{
    if (!is_for_us(source, destination, udp, length))
        return;
    struct dhcp_lease answer;
    if (!dhcp_read_lease(udp + UDP_HEADER, get16(udp + 4) - (size_t)UDP_HEADER, &answer))
        return;
    if (!answer.server)
        answer.server = source;
    if (state == ASKING && answer.type == OFFER && answer.address) {
        offer = answer;
        enter(REQUESTING, REQUEST);
    } else if ((state == REQUESTING || state == RENEWING) && answer.type == ACKNOWLEDGE && answer.address) {
        lease = answer;
        bind();
    } else if ((state == REQUESTING || state == RENEWING) && answer.type == REFUSE) {
        ipv4.address = 0;
        ask();
    }
}

const char *dhcp_host_name(void) { return host_name; }
