#include "timer.h"
#include "clock.h"
#include "panic.h"

enum { TIMERS = 1024 };

/* A binary heap; heap[1] is the earliest. */
static struct timer *heap[TIMERS + 1];
static unsigned count;

static void put(unsigned place, struct timer *timer)
{
    heap[place] = timer;
    timer->place = place;
}

static void rise(struct timer *timer)
{
    unsigned place = timer->place;
    for (; place > 1 && heap[place / 2]->queued_for > timer->queued_for; place /= 2)
        put(place, heap[place / 2]);
    put(place, timer);
}

static void sink(struct timer *timer)
{
    unsigned place = timer->place;
    for (;;) {
        unsigned child = place * 2;
        if (child < count && heap[child + 1]->queued_for < heap[child]->queued_for)
            child++;
        if (child > count || heap[child]->queued_for >= timer->queued_for)
            break;
        put(place, heap[child]);
        place = child;
    }
    put(place, timer);
}

static void remove_first(void)
{
    struct timer *last = heap[count--];
    heap[1]->place = 0;
    if (count == 0)
        return;
    put(1, last);
    sink(last);
}

void timer_set(struct timer *timer, uint64_t due)
{
    timer->due = due;
    if (timer->place && timer->queued_for <= due)
        return; /* looked at when its old time comes */
    timer->queued_for = due;
    if (!timer->place) {
        if (count == TIMERS)
            panic("timer: more than %d", TIMERS);
        put(++count, timer);
    }
    rise(timer);
}

void timer_clear(struct timer *timer) { timer->due = NEVER; }

uint64_t timers_run(void)
{
    uint64_t now = clock_now();
    while (count && heap[1]->queued_for <= now) {
        struct timer *timer = heap[1];
        if (timer->due <= now) {
            remove_first();
            timer->due = NEVER;
            timer->fire(timer);
        } else if (timer->due == NEVER) {
            remove_first();
        } else {
            timer->queued_for = timer->due;
            sink(timer);
        }
    }
    return count ? heap[1]->queued_for : NEVER;
}
