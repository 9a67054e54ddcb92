#include "interface.h"
#include "log.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/route.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WAIT_MS = 10000, STEP_MS = 5 };

static char name[IFNAMSIZ];

static struct ifreq request(void)
{
    struct ifreq r = {0};
    memcpy(r.ifr_name, name, IFNAMSIZ);
    return r;
}

static int control(unsigned long what, void *argument)
{
    static int socket_ = -1;
    if (socket_ < 0)
        socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return ioctl(socket_, what, argument);
}

static bool find_card(void)
{
    DIR *folder = opendir("/sys/class/net");
    if (!folder)
        return false;
    bool found = false;
    for (struct dirent *entry; (entry = readdir(folder)) && !found;) {
        found = entry->d_name[0] != '.' && strcmp(entry->d_name, "lo") != 0;
        if (found)
            strncpy(name, entry->d_name, IFNAMSIZ - 1);
    }
    closedir(folder);
    return found;
}

static void bring_up(const char *interface)
{
    struct ifreq r = {.ifr_flags = IFF_UP | IFF_RUNNING};
    strncpy(r.ifr_name, interface, IFNAMSIZ - 1);
    if (control(SIOCSIFFLAGS, &r) != 0)
        die("net: %s does not come up: %s", interface, strerror(errno));
}

int interface_open(uint8_t mac[6])
{
    int waited = 0;
    for (; !find_card() && waited < WAIT_MS; waited += STEP_MS)
        usleep(STEP_MS * 1000);
    if (!name[0])
        die("net: no network card that a module here drives");
    bring_up("lo");
    bring_up(name);
    struct ifreq r = request();
    if (control(SIOCGIFHWADDR, &r) != 0)
        die("net: %s has no address of its own: %s", name, strerror(errno));
    memcpy(mac, r.ifr_hwaddr.sa_data, 6);
    return (int)if_nametoindex(name);
}

static struct sockaddr address_of(uint32_t address)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = address};
    struct sockaddr out;
    memcpy(&out, &in, sizeof out);
    return out;
}

static void set(unsigned long what, uint32_t address)
{
    struct ifreq r = request();
    r.ifr_addr = address_of(address);
    if (control(what, &r) != 0)
        die("net: %s takes no address: %s", name, strerror(errno));
}

static void add_route(uint32_t target, uint32_t mask, uint32_t gateway)
{
    struct rtentry route = {
        .rt_dst = address_of(target),
        .rt_genmask = address_of(mask),
        .rt_gateway = address_of(gateway),
        .rt_flags = (unsigned short)(RTF_UP | (gateway ? RTF_GATEWAY : 0) | (mask == 0xFFFFFFFF ? RTF_HOST : 0)),
        .rt_dev = name,
    };
    if (control(SIOCADDRT, &route) != 0 && errno != EEXIST)
        say("net: no route by the gateway: %s\n", strerror(errno));
}

void interface_set(const struct place *place)
{
    set(SIOCSIFADDR, place->address);
    set(SIOCSIFNETMASK, place->mask);
    if (place->mtu) {
        struct ifreq r = request();
        r.ifr_mtu = place->mtu;
        if (control(SIOCSIFMTU, &r) != 0)
            say("net: %s takes no MTU of %u\n", name, place->mtu);
    }
    if (!place->gateway)
        return;
    /* GCE's networks are of one address each: their gateway lies outside and is reached all the same. */
    if ((place->gateway & place->mask) != (place->address & place->mask))
        add_route(place->gateway, 0xFFFFFFFF, 0);
    add_route(0, 0, place->gateway);
}
