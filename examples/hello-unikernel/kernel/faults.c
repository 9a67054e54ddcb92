#include "faults.h"
#include "args.h"
#include "clock.h"
#include "io.h"
#include "panic.h"
#include "serial.h"
#include "string.h"
#include "timer.h"
#include "virtio-net.h"

#define ABSENT UINT64_MAX

static const char *unhealthy, *crash_how;

static void become_unhealthy(struct timer *timer)
{
    (void)timer;
    unhealthy = "--unhealthy-after";
    print("fault: unhealthy from now on\n");
}

static uint64_t overflow_stack(volatile uint64_t depth)
{
    volatile uint64_t room[64];
    room[0] = depth;
    return depth ? overflow_stack(depth + 1) + room[0] : 0;
}

static void crash(struct timer *timer)
{
    (void)timer;
    volatile uint64_t *volatile nothing = NULL;
    print("fault: crash\n");
    if (same_text(crash_how, "page-fault"))
        *nothing = 0;
    if (same_text(crash_how, "stack-overflow"))
        overflow_stack(1);
    panic("fault: --crash-after");
}

static void schedule(const char *name, struct timer *timer, const char *what)
{
    uint64_t ms = arg_seconds(name, ABSENT);
    if (ms == ABSENT)
        return;
    print("fault: %s after %lu ms\n", what, ms);
    timer_set(timer, ms * MILLISECONDS);
}

void faults_init(void)
{
    static struct timer unhealthy_timer = {.fire = become_unhealthy}, crash_timer = {.fire = crash};
    if (arg_given("hang-at-boot")) {
        print("fault: hang at boot, before the network is up\n");
        halt_forever();
    }
    if (arg_given("never-healthy")) {
        print("fault: never healthy\n");
        unhealthy = "--never-healthy";
    }
    crash_how = arg_text("crash-how", "panic");
    schedule("unhealthy-after", &unhealthy_timer, "unhealthy");
    schedule("crash-after", &crash_timer, "crash");
    unsigned percent = arg_number("lose", 100, 0);
    if (percent) {
        print("fault: %u%% of the frames are lost\n", percent);
        virtio_net_lose(percent);
    }
}

const char *faults_unhealthy(void) { return unhealthy; }
