#include "serial.h"
#include "io.h"
#include "text.h"

enum { COM1 = 0x3F8, LINE_STATUS = COM1 + 5, CAN_SEND = 0x20 };

void serial_init(void)
{
    outb(COM1 + 1, 0x00); /* no interrupts */
    outb(COM1 + 3, 0x80); /* the next two are the divisor */
    outb(COM1 + 0, 0x01); /* 115200 */
    outb(COM1 + 1, 0x00);
    outb(COM1 + 3, 0x03); /* 8N1 */
    outb(COM1 + 2, 0xC7); /* empty and enable the queues */
    outb(COM1 + 4, 0x03);
}

/* Bounded: a console that nobody reads must not stop the service. */
static void put(char c)
{
    for (int patience = 20000; patience && !(inb(LINE_STATUS) & CAN_SEND); patience--)
        ;
    outb(COM1, (uint8_t)c);
}

void print(const char *format, ...)
{
    char room[256];
    struct text line = TEXT(room);
    va_list list;
    va_start(list, format);
    text_add_list(&line, format, list);
    va_end(list);
    for (const char *c = room; *c; c++) {
        if (*c == '\n')
            put('\r');
        put(*c);
    }
}
