#include "http-parse.h"

enum { BAD_REQUEST = 400, NOT_IMPLEMENTED = 501, BAD_VERSION = 505, BAD_GATEWAY = 502 };

/* The length of the head with the empty line that ends it, or 0. */
static size_t find_end(const char *data, size_t length)
{
    for (size_t i = 1; i < length; i++) {
        if (data[i] != '\n')
            continue;
        if (data[i - 1] == '\n' || (i > 1 && data[i - 1] == '\r' && data[i - 2] == '\n'))
            return i + 1;
    }
    return 0;
}

/* False when the line contains what no line may: control characters, among them a bare carriage return. */
static bool take_line(struct slice *rest, struct slice *line)
{
    *line = slice_cut(rest, '\n');
    if (line->length && line->at[line->length - 1] == '\r')
        line->length--;
    for (size_t i = 0; i < line->length; i++)
        if (((unsigned char)line->at[i] < ' ' && line->at[i] != '\t') || line->at[i] == 127)
            return false;
    return true;
}

static bool is_token(struct slice s)
{
    for (size_t i = 0; i < s.length; i++) {
        char c = s.at[i], letter = (char)(c | 32);
        bool plain = (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9');
        bool special = false;
        for (const char *allowed = "!#$%&'*+-.^_`|~"; *allowed && !plain; allowed++)
            special |= c == *allowed;
        if (!plain && !special)
            return false;
    }
    return s.length > 0;
}

static void take_connection(struct http_head *head, struct slice value)
{
    while (value.length) {
        struct slice word = slice_trim(slice_cut(&value, ','));
        if (slice_is_word(word, "close"))
            head->keep_alive = false;
        else if (slice_is_word(word, "keep-alive"))
            head->keep_alive = true;
    }
}

/* Reads the lines after the first. Two different lengths, or a length beside chunks, are how requests are smuggled. */
static bool take_headers(struct slice rest, struct http_head *head, unsigned *hosts)
{
    struct slice line;
    while (rest.length) {
        if (!take_line(&rest, &line))
            return false;
        if (line.length == 0)
            break;
        size_t before = line.length;
        struct slice name = slice_cut(&line, ':'), value = slice_trim(line);
        if (name.length == before || !is_token(name))
            return false;
        if (slice_is_word(name, "host")) {
            ++*hosts;
        } else if (slice_is_word(name, "connection")) {
            take_connection(head, value);
        } else if (slice_is_word(name, "transfer-encoding")) {
            head->chunked = true;
        } else if (slice_is_word(name, "content-length")) {
            uint32_t previous = head->body_length;
            if (!parse_number(value.at, value.length, UINT32_MAX, &head->body_length))
                return false;
            if (head->has_length && previous != head->body_length)
                return false;
            head->has_length = true;
        }
    }
    return !(head->chunked && head->has_length);
}

/* Only the path counts, also of http://host/path. */
static bool take_target(struct slice target, struct http_head *head)
{
    if (target.length > 7 && same_word(target.at, 7, "http://")) {
        target.at += 7;
        target.length -= 7;
        while (target.length && *target.at != '/') {
            target.at++;
            target.length--;
        }
    }
    head->path = slice_cut(&target, '?');
    head->query = target;
    return head->path.length && (head->path.at[0] == '/' || slice_is(head->path, "*"));
}

int http_parse_request(const char *data, size_t length, struct http_head *head)
{
    size_t blank = 0; /* empty lines before a request are passed over (RFC 9112, section 2.2) */
    while (blank < length && (data[blank] == '\r' || data[blank] == '\n'))
        blank++;
    size_t end = find_end(data + blank, length - blank);
    if (!end)
        return 0;
    struct slice rest = {data + blank, end}, line;
    *head = (struct http_head){0};
    if (!take_line(&rest, &line))
        return -BAD_REQUEST;
    head->method = slice_cut(&line, ' ');
    struct slice target = slice_cut(&line, ' ');
    if (!is_token(head->method) || !take_target(target, head) || line.length != 8 || memcmp(line.at, "HTTP/", 5) != 0)
        return -BAD_REQUEST;
    bool version_1_0 = slice_is(line, "HTTP/1.0");
    if (!version_1_0 && !slice_is(line, "HTTP/1.1"))
        return -BAD_VERSION;
    head->keep_alive = !version_1_0;
    unsigned hosts = 0;
    if (!take_headers(rest, head, &hosts) || hosts > 1 || (hosts == 0 && !version_1_0))
        return -BAD_REQUEST;
    return head->chunked ? -NOT_IMPLEMENTED : (int)(blank + end);
}

int http_parse_answer(const char *data, size_t length, struct http_head *head)
{
    size_t end = find_end(data, length);
    if (!end)
        return 0;
    struct slice rest = {data, end}, line;
    *head = (struct http_head){0};
    if (!take_line(&rest, &line))
        return -BAD_GATEWAY;
    struct slice version = slice_cut(&line, ' '), status = slice_cut(&line, ' ');
    if (version.length != 8 || memcmp(version.at, "HTTP/1.", 7) != 0)
        return -BAD_GATEWAY;
    head->keep_alive = version.at[7] != '0';
    unsigned hosts = 0;
    if (status.length != 3 || !parse_number(status.at, 3, 999, &head->status) || !take_headers(rest, head, &hosts))
        return -BAD_GATEWAY;
    return (int)end;
}
