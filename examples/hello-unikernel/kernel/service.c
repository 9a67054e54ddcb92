#include "service.h"
#include "args.h"
#include "arp.h"
#include "dhcp.h"
#include "faults.h"
#include "ipv4.h"
#include "pages.h"
#include "serial.h"
#include "service-start.h"

enum { DEFAULT_PORT = 8080, DEFAULT_AGE_MS = 2000, NAME_SIZE = 128 };

static char version[NAME_SIZE], instance[NAME_SIZE], headers[2 * NAME_SIZE + 64];
static uint16_t port;

const char *service_version(void) { return version; }
const char *service_instance(void) { return instance; }

/* Both go into headers, where a line feed would begin another one. */
static void copy_printable(char out[NAME_SIZE], const char *from)
{
    copy_text(out, NAME_SIZE, from);
    for (char *c = out; *c; c++)
        if (*c < ' ' || *c > '~')
            *c = '-';
}

static void network_ready(void)
{
    char address[IPV4_TEXT];
    ipv4_text(ipv4.address, address);
    const char *host_name = dhcp_host_name()[0] ? dhcp_host_name() : address;
    copy_printable(instance, arg_text("name", host_name));
    struct text text = TEXT(headers);
    text_add(&text, "X-Kiln-Version: %s\r\nX-Kiln-Instance: %s\r\n", version, instance);
    print("http: listening on %s:%u\n", address, port);
}

static bool read_static_place(struct ipv4_place *place)
{
    struct slice bits = {arg_text("ip", ""), strlen(arg_text("ip", ""))};
    const char *gateway = arg_text("gateway", "");
    if (!bits.length)
        return false;
    struct slice host = slice_cut(&bits, '/');
    uint32_t prefix = 24;
    bool good = ipv4_parse(host.at, host.length, &place->address) && place->address != 0;
    good = good && (!bits.length || parse_number(bits.at, bits.length, 32, &prefix));
    good = good && (!*gateway || ipv4_parse(gateway, strlen(gateway), &place->gateway));
    if (!good)
        print("args: --ip=ADDRESS/BITS or --gateway=ADDRESS is no address, asking DHCP\n");
    ipv4_set_prefix(place, prefix);
    return good;
}

void service_read_arguments(void)
{
    copy_printable(version, arg_text("version", "1"));
    print("version: %s\n", version);
    faults_init();
    uint32_t number = arg_number("port", 65535, DEFAULT_PORT);
    port = (uint16_t)(number ? number : DEFAULT_PORT);
    if (app.start)
        app.start();
}

void service_start(void)
{
    struct ipv4_place place = ipv4;
    bool is_static = read_static_place(&place);
    struct http_options options = {.port = port, .handler = pages_handle, .headers = headers,
                                   .keep_alive_age_ms = arg_seconds("keepalive-age", DEFAULT_AGE_MS)};
    arg_text("name", "");
    args_report_unknown();
    http_serve(&options);
    if (!is_static) {
        dhcp_start(network_ready);
        return;
    }
    char address[IPV4_TEXT], gateway[IPV4_TEXT];
    ipv4 = place;
    print("net: static %s/%u via %s\n", ipv4_text(ipv4.address, address), ipv4.prefix,
          ipv4.gateway ? ipv4_text(ipv4.gateway, gateway) : "nobody");
    arp_announce(ipv4.gateway);
    network_ready();
}

void service_peer(const char *name, struct http_peer *peer)
{
    const char *value = arg_text(name, "");
    if (!http_peer_parse(value, peer))
        print(*value ? "args: --%s is not HOST:PORT\n" : "args: no --%s=HOST:PORT\n", name);
    else
        print("peer: %s is %s\n", name, value);
}

void service_reply_unreachable(struct http_exchange exchange, const char *peer, const char *reason)
{
    char room[160];
    struct text text = TEXT(room);
    text_add(&text, "%s: %s\n", peer, reason);
    http_reply_text(exchange, 502, room);
}

void service_reply_not_found(struct http_exchange exchange) { http_reply_text(exchange, 404, "404 Not Found\n"); }
