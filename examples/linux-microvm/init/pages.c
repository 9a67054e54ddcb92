#include "pages.h"
#include "arguments.h"
#include "clock.h"
#include "log.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME_SIZE = 128, SLOWEST_MS = 30000 };

uint64_t requests, connections;

static const char *greeting, *crash_how;
static char version[NAME_SIZE], instance[NAME_SIZE], headers[2 * NAME_SIZE + 64];
static bool never_healthy;
static int64_t unhealthy_at = -1, crash_at = -1;

/* It goes into a header, where a line feed would begin another one. */
static void copy_printable(char out[NAME_SIZE], const char *from)
{
    snprintf(out, NAME_SIZE, "%s", from);
    for (char *c = out; *c; c++)
        if (*c < ' ' || *c > '~')
            *c = '-';
}

static int64_t fault_at(const char *name, const char *what)
{
    int64_t after = arg_milliseconds(name, -1);
    if (after < 0)
        return -1;
    say("fault: %s after %lld ms\n", what, (long long)after);
    return after;
}

void pages_open(void)
{
    greeting = arg_text("greeting", "hello");
    copy_printable(version, arg_text("version", "1"));
    say("version: %s\n", version);
    if (arg_given("hang-at-boot")) {
        say("fault: hang at boot, before the network is up\n");
        for (;;)
            pause();
    }
    never_healthy = arg_given("never-healthy");
    if (never_healthy)
        say("fault: never healthy\n");
    crash_how = arg_text("crash-how", "panic");
    unhealthy_at = fault_at("unhealthy-after", "unhealthy");
    crash_at = fault_at("crash-after", "crash");
}

void pages_name(const char *name)
{
    copy_printable(instance, name);
    snprintf(headers, sizeof headers, "X-Kiln-Version: %s\r\nX-Kiln-Instance: %s\r\n", version, instance);
}

const char *pages_headers(void) { return headers; }

static void reply(struct page *page, int status, const char *text)
{
    page->status = status;
    snprintf(page->body, sizeof page->body, "%s", text);
}

static void healthz(struct page *page)
{
    if (never_healthy)
        reply(page, 503, "unhealthy: --never-healthy\n");
    else if (unhealthy_at >= 0 && now_ms() >= unhealthy_at)
        reply(page, 503, "unhealthy: --unhealthy-after\n");
    else
        reply(page, 200, "ok\n");
}

static void slow(const struct request *request, struct page *page)
{
    const char *ms = request->query + 3;
    if (strncmp(request->query, "ms=", 3) != 0 || !*ms || strspn(ms, "0123456789") != strlen(ms)) {
        reply(page, 400, "wanted: /slow?ms=NUMBER\n");
        return;
    }
    unsigned long delay = strtoul(ms, NULL, 10);
    page->delay_ms = delay < SLOWEST_MS ? (int64_t)delay : SLOWEST_MS;
    reply(page, 200, "slept\n");
}

void pages_answer(const struct request *request, struct page *page)
{
    page->delay_ms = 0;
    if (strcmp(request->path, "/") == 0) {
        page->status = 200;
        snprintf(page->body, sizeof page->body, "%s version=%s instance=%s\n", greeting, version, instance);
    } else if (strcmp(request->path, "/healthz") == 0) {
        healthz(page);
    } else if (strcmp(request->path, "/slow") == 0) {
        slow(request, page);
    } else if (strcmp(request->path, "/stats") == 0) {
        page->status = 200;
        snprintf(page->body, sizeof page->body, "uptime_ms %lld\nrequests %llu\nconnections_opened %llu\n",
                 (long long)now_ms(), (unsigned long long)requests, (unsigned long long)connections);
    } else {
        reply(page, 404, "404 Not Found\n");
    }
}

int64_t pages_fault_due(void)
{
    if (crash_at < 0)
        return -1;
    int64_t left = crash_at - now_ms();
    if (left > 0)
        return left;
    say("fault: crash\n");
    /* The first process gone by a signal is a panic of the kernel's own. */
    if (strcmp(crash_how, "page-fault") == 0)
        *(volatile int *volatile)NULL = 0;
    die("fault: --crash-after");
}
