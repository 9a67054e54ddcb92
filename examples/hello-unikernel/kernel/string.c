#include "string.h"

typedef uint64_t __attribute__((may_alias, aligned(1))) word;

void *memcpy(void *to, const void *from, size_t length)
{
    uint8_t *t = to;
    const uint8_t *f = from;
    for (; length >= 8; length -= 8, t += 8, f += 8)
        *(word *)t = *(const word *)f;
    while (length--)
        *t++ = *f++;
    return to;
}

void *memmove(void *to, const void *from, size_t length)
{
    uint8_t *t = to;
    const uint8_t *f = from;
    if (t <= f || t >= f + length) {
        while (length--)
            *t++ = *f++;
    } else {
        while (length--)
            t[length] = f[length];
    }
    return to;
}

void *memset(void *to, int byte, size_t length)
{
    uint8_t *t = to;
    word fill = 0x0101010101010101u * (uint8_t)byte;
    for (; length >= 8; length -= 8, t += 8)
        *(word *)t = fill;
    while (length--)
        *t++ = (uint8_t)byte;
    return to;
}

int memcmp(const void *a, const void *b, size_t length)
{
    const uint8_t *x = a, *y = b;
    for (; length; length--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

size_t strlen(const char *text)
{
    size_t length = 0;
    while (text[length])
        length++;
    return length;
}

bool same_text(const char *a, const char *b)
{
    size_t length = strlen(a);
    return length == strlen(b) && memcmp(a, b, length) == 0;
}

bool starts_with(const char *text, const char *prefix)
{
    while (*prefix)
        if (*text++ != *prefix++)
            return false;
    return true;
}

void copy_text(char *to, size_t size, const char *from)
{
    size_t length = strlen(from);
    if (length >= size)
        length = size - 1;
    memcpy(to, from, length);
    to[length] = 0;
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

bool same_word(const char *text, size_t length, const char *word)
{
    for (; length; length--, text++, word++)
        if (!*word || lower(*text) != lower(*word))
            return false;
    return *word == 0;
}

bool parse_number(const char *text, size_t length, uint32_t limit, uint32_t *number)
{
    uint64_t value = 0;
    if (length == 0 || length > 10)
        return false;
    for (; length; length--, text++) {
        if (*text < '0' || *text > '9')
            return false;
        value = value * 10 + (uint64_t)(*text - '0');
    }
    if (value > limit)
        return false;
    *number = (uint32_t)value;
    return true;
}
