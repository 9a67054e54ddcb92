#include "text.h"
#include "string.h"

static void add_char(struct text *text, char c)
{
    if (text->length + 1 >= text->size) {
        text->cut = true;
        return;
    }
    text->start[text->length++] = c;
}

static void add_number(struct text *text, uint64_t value, unsigned base, int width, char fill)
{
    char digits[20];
    int count = 0;
    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    for (; width > count; width--)
        add_char(text, fill);
    while (count)
        add_char(text, digits[--count]);
}

static void add_signed(struct text *text, int64_t value, int width, char fill)
{
    if (value < 0)
        add_char(text, '-');
    add_number(text, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, width, fill);
}

void text_add_list(struct text *text, const char *format, va_list list)
{
    for (; *format; format++) {
        if (*format != '%') {
            add_char(text, *format);
            continue;
        }
        char fill = ' ';
        int width = 0;
        bool wide = false;
        if (*++format == '0')
            fill = *format++;
        while (*format >= '0' && *format <= '9')
            width = width * 10 + *format++ - '0';
        while (*format == 'l')
            wide = *format++;
        switch (*format) {
        case 's':
            for (const char *s = va_arg(list, const char *); *s; s++)
                add_char(text, *s);
            break;
        case 'c': add_char(text, (char)va_arg(list, int)); break;
        case 'd': add_signed(text, wide ? va_arg(list, int64_t) : va_arg(list, int), width, fill); break;
        case 'u': add_number(text, wide ? va_arg(list, uint64_t) : va_arg(list, unsigned), 10, width, fill); break;
        case 'x': add_number(text, wide ? va_arg(list, uint64_t) : va_arg(list, unsigned), 16, width, fill); break;
        default: add_char(text, '%');
        }
    }
    text->start[text->length] = 0;
}

void text_add(struct text *text, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    text_add_list(text, format, list);
    va_end(list);
}
