/* What a unikernel built on this kernel is: an app that answers requests. */
#pragma once
#include "http-client.h"
#include "http-server.h"
#include "text.h"

/** Each program defines one, named `app`. */
struct app {
    const char *name;
    void (*start)(void); /* reads its own boot arguments; may be NULL */
    http_handler *handle; /* everything but /healthz, /stats and /slow */
};
extern const struct app app;

/** The --version argument. */
const char *service_version(void);
/** What this instance is called: --name, else the DHCP host name, else its address. */
const char *service_instance(void);
/** Reads a boot argument --NAME=HOST:PORT; tells the console when it is missing or wrong. */
void service_peer(const char *name, struct http_peer *peer);
/** Answers 502: which peer could not be reached, and why. */
void service_reply_unreachable(struct http_exchange exchange, const char *peer, const char *reason);
void service_reply_not_found(struct http_exchange exchange);
