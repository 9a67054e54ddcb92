#include "dhcp.h"
#include "log.h"
#include "clock.h"
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIRST_WAIT_MS = 100, LONGEST_WAIT_MS = 4000, RENEW_WAIT_MS = 4000 };
#define FOR_EVER 0xFFFFFFFF

static struct sockaddr_ll everyone;
static struct dhcp_question question;

/* A packet socket: before there is an address, a UDP socket would neither send nor hear. */
static int open_socket(void)
{
    int link = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_IP));
    if (link < 0 || bind(link, (struct sockaddr *)&everyone, sizeof everyone) != 0)
        die("dhcp: no packet socket: %s", strerror(errno));
    return link;
}

static void send_question(int link, uint8_t type)
{
    uint8_t packet[DHCP_LARGEST];
    question.type = type;
    size_t length = dhcp_write(packet, &question);
    /* Where it cannot be sent, because the link is not up yet, it is sent again soon. */
    (void)!sendto(link, packet, length, 0, (struct sockaddr *)&everyone, sizeof everyone);
}

/* Sends and waits; 0 when nobody answered in time. */
static uint8_t ask(int link, uint8_t type, int wait_ms, struct lease *answer)
{
    uint8_t packet[DHCP_LARGEST];
    send_question(link, type);
    int64_t until = now_ms() + wait_ms;
    for (int64_t left = wait_ms; left > 0; left = until - now_ms()) {
        struct pollfd one = {.fd = link, .events = POLLIN};
        if (poll(&one, 1, (int)left) <= 0)
            continue;
        ssize_t length = recv(link, packet, sizeof packet, MSG_DONTWAIT);
        uint8_t got = length > 0 ? dhcp_read(packet, (size_t)length, &question, answer) : 0;
        if (got)
            return got;
    }
    return 0;
}

static void find_lease(int link, struct lease *lease)
{
    for (int wait = FIRST_WAIT_MS;; wait = wait * 2 < LONGEST_WAIT_MS ? wait * 2 : LONGEST_WAIT_MS) {
        question.requested = 0;
        if (ask(link, DHCP_DISCOVER, wait, lease) != DHCP_OFFER || !lease->place.address)
            continue;
        question.requested = lease->place.address;
        question.server = lease->server;
        if (ask(link, DHCP_REQUEST, wait < 1000 ? 1000 : wait, lease) == DHCP_ACKNOWLEDGE)
            return;
    }
}

/* An address that is not ours any more would answer for somebody else. */
static void renew(struct lease *lease)
{
    int link = open_socket();
    int64_t until = now_ms() + lease->seconds / 2 * 1000ll;
    uint32_t before = lease->place.address;
    question.own = before;
    question.requested = 0;
    for (uint8_t got = 0; got != DHCP_ACKNOWLEDGE;) {
        if (now_ms() >= until)
            die("dhcp: the lease has run out");
        got = ask(link, DHCP_REQUEST, RENEW_WAIT_MS, lease);
        if (got == DHCP_REFUSE || (got == DHCP_ACKNOWLEDGE && lease->place.address != before))
            die("dhcp: the address is not ours any more");
    }
    close(link);
}

void dhcp_start(int interface, const uint8_t mac[6], struct lease *lease)
{
    everyone = (struct sockaddr_ll){
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_ifindex = interface, .sll_halen = 6};
    memset(everyone.sll_addr, 0xFF, 6);
    memcpy(question.mac, mac, 6);
    (void)!getrandom(&question.transaction, sizeof question.transaction, GRND_NONBLOCK);
    int link = open_socket();
    find_lease(link, lease);
    close(link);
    interface_set(&lease->place);
    if (lease->seconds == FOR_EVER || fork() != 0)
        return;
    for (;;) {
        sleep(lease->seconds / 2);
        renew(lease);
    }
}
