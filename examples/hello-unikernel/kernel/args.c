#include "args.h"
#include "serial.h"
#include "string.h"

enum { LINE_SIZE = 4096, OPTIONS = 48 };

static struct {
    char *name, *value; /* value is NULL for a bare --name */
    bool known;
} options[OPTIONS];
static unsigned option_count;
static char words[LINE_SIZE];

/* Copies one word without its quotes; a backslash takes the next character as it is. */
static const char *take_word(const char *from, char **to, const char *end)
{
    bool quoted = false;
    for (; *from && (quoted || *from != ' '); from++) {
        if (*from == '"') {
            quoted = !quoted;
            continue;
        }
        if (*from == '\\' && from[1])
            from++;
        if (*to < end)
            *(*to)++ = *from;
    }
    return from;
}

static void add_option(char *word)
{
    if (option_count == OPTIONS)
        return;
    char *value = word;
    while (*value && *value != '=')
        value++;
    options[option_count].value = *value ? value + 1 : NULL;
    *value = 0;
    options[option_count++].name = word;
}

/*
 * QEMU's -kernel puts the file name first, GRUB does not: so the first word is not special, and a word that does
 * not begin with -- is passed over.
 */
void args_init(const char *line)
{
    char *to = words, *const end = words + LINE_SIZE - 1;
    while (*line && to < end) {
        if (*line == ' ') {
            line++;
            continue;
        }
        char *word = to;
        line = take_word(line, &to, end);
        *to++ = 0;
        if (starts_with(word, "--"))
            add_option(word + 2);
        else
            to = word;
    }
}

const char *arg_text(const char *name, const char *otherwise)
{
    for (unsigned i = 0; i < option_count; i++) {
        if (!same_text(options[i].name, name))
            continue;
        options[i].known = true;
        otherwise = options[i].value ? options[i].value : "";
    }
    return otherwise;
}

bool arg_given(const char *name) { return arg_text(name, NULL) != NULL; }

static void refuse(const char *name, const char *value, const char *wanted)
{
    print("args: --%s=%s is not %s, ignored\n", name, value, wanted);
}

uint64_t arg_seconds(const char *name, uint64_t otherwise_ms)
{
    const char *value = arg_text(name, NULL);
    if (!value)
        return otherwise_ms;
    size_t whole = 0;
    uint32_t seconds, fraction = 0;
    while (value[whole] && value[whole] != '.')
        whole++;
    const char *digits = value + whole + 1;
    size_t decimals = value[whole] ? strlen(digits) : 0;
    bool good = parse_number(value, whole, 1000000000, &seconds);
    if (value[whole])
        good = good && decimals <= 3 && parse_number(digits, decimals, 999, &fraction);
    if (!good) {
        refuse(name, value, "a number of seconds");
        return otherwise_ms;
    }
    for (; decimals && decimals < 3; decimals++)
        fraction *= 10;
    return seconds * 1000ull + fraction;
}

uint32_t arg_number(const char *name, uint32_t limit, uint32_t otherwise)
{
    const char *value = arg_text(name, NULL);
    uint32_t number;
    if (!value)
        return otherwise;
    if (parse_number(value, strlen(value), limit, &number))
        return number;
    refuse(name, value, "a number in range");
    return otherwise;
}

void args_report_unknown(void)
{
    for (unsigned i = 0; i < option_count; i++)
        if (!options[i].known)
            print("args: unknown option --%s, ignored\n", options[i].name);
}
