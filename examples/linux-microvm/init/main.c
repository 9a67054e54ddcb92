/* The only program: the kernel starts it as /init, and when it ends the machine does. */
#include "arguments.h"
#include "dhcp.h"
#include "interface.h"
#include "log.h"
#include "modules.h"
#include "pages.h"
#include "server.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

enum { DEFAULT_PORT = 8080, DEFAULT_AGE_MS = 2000 };

static void mount_system(void)
{
    mount("proc", "/proc", "proc", 0, NULL);
    mount("sysfs", "/sys", "sysfs", 0, NULL);
    mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
    log_open();
    /* When this program dies by a signal the kernel panics, and then shall not stand still. */
    int panic = open("/proc/sys/kernel/panic", O_WRONLY | O_CLOEXEC);
    if (panic < 0 || write(panic, "-1", 2) != 2)
        die("init: /proc and /sys cannot be mounted: %s", strerror(errno));
    close(panic);
}

/* ADDRESS/BITS; false where none was given, or what was given is no address. */
static bool read_static(struct place *place)
{
    char text[32];
    snprintf(text, sizeof text, "%s", arg_text("ip", ""));
    const char *gateway = arg_text("gateway", "");
    char *slash = strchr(text, '/');
    if (!*text)
        return false;
    if (slash)
        *slash = 0;
    int bits = slash ? atoi(slash + 1) : 24;
    bool good = inet_pton(AF_INET, text, &place->address) == 1 && bits >= 1 && bits <= 32;
    good = good && (!*gateway || inet_pton(AF_INET, gateway, &place->gateway) == 1);
    if (!good) {
        say("args: --ip=ADDRESS/BITS or --gateway=ADDRESS is no address, asking DHCP\n");
        return false;
    }
    place->mask = htonl(0xFFFFFFFFu << (32 - bits));
    return true;
}

static void open_network(void)
{
    uint8_t mac[6];
    int interface = interface_open(mac);
    struct lease lease = {0};
    bool is_static = read_static(&lease.place);
    if (is_static)
        interface_set(&lease.place);
    else
        dhcp_start(interface, mac, &lease);
    char address[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &lease.place.address, address, sizeof address);
    say("net: %s %s %s\n", is_static ? "static" : "dhcp", address, lease.host_name);
    pages_name(arg_text("name", lease.host_name[0] ? lease.host_name : address));
}

int main(void)
{
    mount_system();
    say("linux-microvm 0.1 (kiln example)\n");
    arguments_read();
    pages_open();
    uint16_t port = (uint16_t)arg_number("port", 65535, DEFAULT_PORT);
    int64_t age_ms = arg_milliseconds("keepalive-age", DEFAULT_AGE_MS);
    modules_load("/modules");
    open_network();
    arguments_report_unknown();
    say("http: listening on port %u\n", port);
    server_run(port, age_ms);
}
