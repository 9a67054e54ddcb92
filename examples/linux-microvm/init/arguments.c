#include "arguments.h"
#include "log.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Linux itself takes 2 KiB on both machines (COMMAND_LINE_SIZE). */
enum { LINE_SIZE = 4096, OPTIONS = 128 };

static struct {
    char *name, *value; /* value is NULL for a bare --name */
    bool known;
} options[OPTIONS];
static unsigned option_count;
static char line[LINE_SIZE], words[LINE_SIZE];

/*
 * Copies one word without its quotes; a backslash takes the next character as it is. GRUB writes the line so, and Kiln
 * writes the same for QEMU's -append.
 */
static const char *take_word(const char *from, char **to)
{
    bool quoted = false;
    for (; *from && (quoted || (*from != ' ' && *from != '\n')); from++) {
        if (*from == '"') {
            quoted = !quoted;
            continue;
        }
        if (*from == '\\' && from[1])
            from++;
        *(*to)++ = *from;
    }
    return from;
}

static void add_option(char *word)
{
    if (option_count == OPTIONS) {
        say("args: more than %u, --%s is ignored\n", OPTIONS, word);
        return;
    }
    char *value = strchr(word, '=');
    if (value)
        *value++ = 0;
    options[option_count].value = value;
    options[option_count++].name = word;
}

void arguments_read(void)
{
    int file = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? -1 : read(file, line, sizeof line - 1);
    if (length < 0)
        die("args: /proc/cmdline cannot be read");
    close(file);
    const char *from = line;
    char *to = words;
    while (*from) {
        if (*from == ' ' || *from == '\n') {
            from++;
            continue;
        }
        char *word = to;
        from = take_word(from, &to);
        *to++ = 0;
        /* A bare -- only tells the kernel that what follows is not for it. */
        if (strncmp(word, "--", 2) == 0 && word[2])
            add_option(word + 2);
    }
}

const char *arg_text(const char *name, const char *otherwise)
{
    for (unsigned i = 0; i < option_count; i++) {
        if (strcmp(options[i].name, name) != 0)
            continue;
        options[i].known = true;
        otherwise = options[i].value ? options[i].value : "";
    }
    return otherwise;
}

bool arg_given(const char *name) { return arg_text(name, NULL) != NULL; }

static bool is_number(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text) && strlen(text) <= 10;
}

uint32_t arg_number(const char *name, uint32_t limit, uint32_t otherwise)
{
    const char *value = arg_text(name, NULL);
    if (!value)
        return otherwise;
    if (is_number(value) && strtoull(value, NULL, 10) <= limit)
        return (uint32_t)strtoull(value, NULL, 10);
    say("args: --%s=%s is not a number in range, ignored\n", name, value);
    return otherwise;
}

int64_t arg_milliseconds(const char *name, int64_t otherwise)
{
    const char *value = arg_text(name, NULL);
    if (!value)
        return otherwise;
    char *end;
    double seconds = strtod(value, &end);
    if (end != value && !*end && seconds >= 0 && seconds <= 1e9)
        return (int64_t)(seconds * 1000);
    say("args: --%s=%s is not a number of seconds, ignored\n", name, value);
    return otherwise;
}

void arguments_report_unknown(void)
{
    for (unsigned i = 0; i < option_count; i++)
        if (!options[i].known)
            say("args: unknown option --%s, ignored\n", options[i].name);
}
