#include "tcp-connection.h"

/* Retransmission as in RFC 6298; the same timer serves every other wait, since a connection waits for one thing. */
#define SHORTEST_RTO (200 * MILLISECONDS)
#define LONGEST_RTO (10 * SECONDS)
#define FIRST_RTO (1 * SECONDS)
#define FIN_WAIT_2_FOR (5 * SECONDS)
#define GOODBYE_FOR (60 * SECONDS) /* a peer may not keep us waiting with a closed window for ever */
#define TIME_WAIT_FOR (1 * SECONDS) /* short: sequence numbers of the same pair only ever rise (tcp-input.c) */
enum { SYN_ATTEMPTS = 4, DATA_ATTEMPTS = 8 };

void tcp_measure_round_trip(struct tcp_connection *c, uint32_t ack)
{
    if (!c->timing || before(ack, c->timed_sequence))
        return;
    c->timing = false;
    uint64_t r = clock_now() - c->timed_at;
    if (c->srtt == 0) {
        c->srtt = r;
        c->rttvar = r / 2;
    } else {
        uint64_t difference = r > c->srtt ? r - c->srtt : c->srtt - r;
        c->rttvar = (3 * c->rttvar + difference) / 4;
        c->srtt = (7 * c->srtt + r) / 8;
    }
    c->rto = c->srtt + 4 * c->rttvar;
    if (c->rto < SHORTEST_RTO)
        c->rto = SHORTEST_RTO;
}

static bool in_flight(const struct tcp_connection *c) { return c->snd_una != c->snd_max; }

/* Something waits for the window to open (or for a frame to become free). */
static bool held_back(const struct tcp_connection *c)
{
    return c->snd_nxt - c->send_base < c->queued + our_side_closed(c);
}

static uint64_t patience(const struct tcp_connection *c)
{
    uint64_t wait = c->rto ? c->rto : FIRST_RTO;
    wait <<= c->attempts;
    return wait > LONGEST_RTO ? LONGEST_RTO : wait;
}

void tcp_set_timer(struct tcp_connection *c)
{
    if (c->state == TIME_WAIT)
        timer_set(&c->timer, c->since + TIME_WAIT_FOR);
    else if (in_flight(c) || held_back(c))
        timer_set(&c->timer, clock_now() + patience(c));
    else if (c->state == FIN_WAIT_2)
        timer_set(&c->timer, c->since + FIN_WAIT_2_FOR);
    else
        timer_clear(&c->timer);
}

static void give_up(struct tcp_connection *c)
{
    if (c->state > SYN_RECEIVED)
        tcp_send_reset(c->remote, c->remote_port, c->local_port, c->snd_max, c->rcv_nxt, ACK);
    tcp_drop(c, "no answer");
}

static void start_over(struct tcp_connection *c)
{
    uint32_t flight = c->snd_max - c->snd_una;
    c->slow_start_threshold = flight / 2 > 2u * c->mss ? flight / 2 : 2u * c->mss;
    c->congestion_window = c->mss;
    c->duplicate_acks = 0;
    c->timing = false;
    c->snd_nxt = c->snd_una;
    tcp_output(c);
}

void tcp_timeout(struct timer *timer)
{
    struct tcp_connection *c = timer_owner(timer, struct tcp_connection, timer);
    if (c->state == CLOSED)
        return;
    if (c->state == TIME_WAIT || (c->state == FIN_WAIT_2 && !in_flight(c))) {
        tcp_free(c);
        return;
    }
    if (our_side_closed(c) && clock_now() > c->since + GOODBYE_FOR) {
        give_up(c);
        return;
    }
    bool opening = c->state == SYN_SENT || c->state == SYN_RECEIVED;
    if (++c->attempts > (opening ? SYN_ATTEMPTS : DATA_ATTEMPTS)) {
        give_up(c);
        return;
    }
    if (opening) {
        tcp_counters.retransmissions++;
        c->timing = false;
        tcp_send_syn(c);
        tcp_set_timer(c);
    } else if (c->snd_wnd == 0 && held_back(c)) {
        tcp_send_probe(c);
        tcp_set_timer(c);
    } else {
        start_over(c);
    }
}
