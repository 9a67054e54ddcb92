#include "listener.h"
#include "log.h"
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

enum { WAITING = 256 };

int listener_open(uint16_t port)
{
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port)};
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (bind(listener, (struct sockaddr *)&any, sizeof any) != 0 || listen(listener, WAITING) != 0)
        die("http: port %u: %s", port, strerror(errno));
    return listener;
}
