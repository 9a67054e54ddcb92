/* A stretch of text that lies in someone else's buffer and ends without NUL. */
#pragma once
#include "string.h"

struct slice {
    const char *at;
    size_t length;
};

static inline bool slice_is(struct slice s, const char *text)
{
    return s.length == strlen(text) && memcmp(s.at, text, s.length) == 0;
}

/** Whatever the case of its letters. */
static inline bool slice_is_word(struct slice s, const char *word) { return same_word(s.at, s.length, word); }

/** Cuts `s` at the first `c`: answers what is before, leaves what is behind; all of it when there is no `c`. */
static inline struct slice slice_cut(struct slice *s, char c)
{
    struct slice head = {s->at, 0};
    while (head.length < s->length && s->at[head.length] != c)
        head.length++;
    size_t used = head.length < s->length ? head.length + 1 : head.length;
    s->at += used;
    s->length -= used;
    return head;
}

static inline struct slice slice_trim(struct slice s)
{
    for (; s.length && (*s.at == ' ' || *s.at == '\t'); s.length--)
        s.at++;
    while (s.length && (s.at[s.length - 1] == ' ' || s.at[s.length - 1] == '\t'))
        s.length--;
    return s;
}
