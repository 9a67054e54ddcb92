#include "clock.h"
#include "io.h"
#include "traps.h"
#include <stdbool.h>

/*
 * The time-stamp counter tells the time; the interval timer (8253) calibrates it once and wakes the processor.
 * There is no tick: an idle kernel is woken only when something is due.
 */
enum { CHANNEL_0 = 0x40, CHANNEL_2 = 0x42, COMMAND = 0x43, SPEAKER = 0x61 };
enum { ONE_SHOT_0 = 0x30, ONE_SHOT_2 = 0xB0, LATCH_2 = 0x80, RAN_OUT_2 = 0x20 };
#define PIT_HZ 1193182ull
#define CALIBRATION_COUNTS 11932u /* 10 ms */
#define LONGEST_ALARM (54 * MILLISECONDS)

static uint64_t started, nanoseconds_per_tick; /* the latter in units of 2^-32 */
static uint64_t alarm_due;

struct moment {
    uint64_t tsc, uncertainty;
    uint16_t count;
};

static struct moment read_both(void)
{
    uint64_t before = rdtsc();
    outb(COMMAND, LATCH_2);
    uint64_t after = rdtsc();
    uint8_t low = inb(CHANNEL_2);
    uint8_t high = inb(CHANNEL_2);
    return (struct moment){before + (after - before) / 2, after - before, (uint16_t)(high << 8 | low)};
}

/* The tightest of a few readings: a virtual processor may lose its turn between two instructions. */
static struct moment read_carefully(void)
{
    struct moment best = read_both();
    for (int i = 0; i < 8; i++) {
        struct moment next = read_both();
        if (next.uncertainty < best.uncertainty)
            best = next;
    }
    return best;
}

/*
 * False when the counter ran out meanwhile, after 55 ms: it went on from its largest value, and what it says is short by
 * that. A virtual processor may lose its turn for so long.
 */
static bool calibrate(void)
{
    outb(COMMAND, ONE_SHOT_2);
    outb(CHANNEL_2, 0xFF);
    outb(CHANNEL_2, 0xFF);
    struct moment first = read_carefully(), last;
    do
        last = read_both();
    while ((uint16_t)(first.count - last.count) < CALIBRATION_COUNTS);
    last = read_carefully();
    if (inb(SPEAKER) & RAN_OUT_2)
        return false;
    uint64_t elapsed = (uint16_t)(first.count - last.count) * SECONDS / PIT_HZ;
    nanoseconds_per_tick = (elapsed << 32) / (last.tsc - first.tsc);
    return true;
}

static void alarm_rang(void) { alarm_due = 0; }

void clock_init(void)
{
    started = rdtsc();
    outb(SPEAKER, (uint8_t)((inb(SPEAKER) & ~2) | 1));
    while (!calibrate())
        ;
    interrupt_enable(0, alarm_rang);
}

uint64_t clock_now(void)
{
    return (uint64_t)((unsigned __int128)(rdtsc() - started) * nanoseconds_per_tick >> 32);
}

void clock_alarm(uint64_t due)
{
    uint64_t now = clock_now();
    if (due > now + LONGEST_ALARM)
        due = now + LONGEST_ALARM;
    if (alarm_due && alarm_due <= due)
        return; /* an earlier one is set already; whoever is woken looks again */
    alarm_due = due;
    uint64_t count = due > now ? (due - now) * PIT_HZ / SECONDS + 1 : 1;
    outb(COMMAND, ONE_SHOT_0);
    outb(CHANNEL_0, (uint8_t)count);
    outb(CHANNEL_0, (uint8_t)(count >> 8));
}
