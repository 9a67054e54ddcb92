#include "args.h"
#include "clock.h"
#include "ethernet.h"
#include "io.h"
#include "paging.h"
#include "random.h"
#include "serial.h"
#include "service-start.h"
#include "service.h"
#include "timer.h"
#include "traps.h"

#define KERNEL_VERSION "0.1"
#define POLL_EVERY (10 * MILLISECONDS)

struct multiboot_information {
    uint32_t flags, memory_low, memory_high, boot_device, command_line;
};
enum { HAS_COMMAND_LINE = 4 };

static void run_forever(void)
{
    for (;;) {
        uint64_t due = timers_run();
        bool busy = virtio_net_receive(ethernet_input), polling;
        virtio_net_flush();
        if (busy || !virtio_net_may_sleep(&polling))
            continue;
        uint64_t now = clock_now();
        if (polling && due > now + POLL_EVERY)
            due = now + POLL_EVERY;
        if (due <= now)
            continue;
        if (due != NEVER)
            clock_alarm(due);
        sleep_until_interrupt();
    }
}

void kernel_main(const struct multiboot_information *information);
void kernel_main(const struct multiboot_information *information)
{
    serial_init();
    print("%s " KERNEL_VERSION " (kiln example unikernel)\n", app.name);
    if (information->flags & HAS_COMMAND_LINE)
        args_init((const char *)(uint64_t)information->command_line);
    paging_init();
    traps_init();
    clock_init();
    random_init();
    service_read_arguments();
    virtio_net_init();
    service_start();
    run_forever();
}
