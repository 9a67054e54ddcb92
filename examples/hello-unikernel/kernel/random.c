#include "random.h"
#include "io.h"

static uint64_t key[2], counter;

static uint64_t rotate(uint64_t x, int by) { return x << by | x >> (64 - by); }

static void sip_round(uint64_t v[4])
{
    v[0] += v[1], v[1] = rotate(v[1], 13) ^ v[0], v[0] = rotate(v[0], 32);
    v[2] += v[3], v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3], v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1], v[1] = rotate(v[1], 17) ^ v[2], v[2] = rotate(v[2], 32);
}

/* Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012), for an input of exactly 16 bytes. */
uint64_t keyed_hash(uint64_t a, uint64_t b)
{
    const uint64_t words[3] = {a, b, 16ull << 56};
    uint64_t v[4] = {key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d, key[0] ^ 0x6c7967656e657261,
                     key[1] ^ 0x7465646279746573};
    for (int i = 0; i < 3; i++) {
        v[3] ^= words[i];
        sip_round(v);
        sip_round(v);
        v[0] ^= words[i];
    }
    v[2] ^= 0xFF;
    for (int i = 0; i < 4; i++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static int hardware_random(uint64_t *value)
{
    uint32_t leaf[4];
    cpuid(1, leaf);
    if (!(leaf[2] & 1u << 30))
        return 0;
    uint8_t good;
    asm volatile("rdrand %0; setc %1" : "=r"(*value), "=q"(good) : : "cc");
    return good;
}

/* Where the processor has no generator, the jitter of port accesses must do: each leaves the guest. */
void random_init(void)
{
    for (int i = 0; i < 64; i++) {
        uint64_t extra = 0;
        if (i < 4)
            hardware_random(&extra);
        inb(0x61);
        key[i & 1] = keyed_hash(rdtsc() + extra, key[i & 1]);
    }
}

uint64_t random64(void) { return keyed_hash(++counter, rdtsc()); }
