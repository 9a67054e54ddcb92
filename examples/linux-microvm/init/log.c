#include "log.h"
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

static int port = -1;

/* The last console of the kernel that is no screen, such as ttyS0, ttyAMA0 or hvc0; its names stand in one line. */
static void find_name(char name[32])
{
    char line[256] = "";
    int file = open("/sys/class/tty/console/active", O_RDONLY);
    ssize_t length = file < 0 ? 0 : read(file, line, sizeof line - 1);
    line[length > 0 ? length : 0] = 0;
    close(file);
    /* Without `console=` an x86 kernel has only the screen. */
    strcpy(name, "ttyS0");
    for (char *word = strtok(line, " \n"); word; word = strtok(NULL, " \n"))
        if (strncmp(word, "tty", 3) != 0 || strspn(word + 3, "0123456789") != strlen(word + 3))
            snprintf(name, 32, "%s", word);
}

void log_open(void)
{
    char name[32], path[40];
    find_name(name);
    snprintf(path, sizeof path, "/dev/%s", name);
    /* A port without a carrier must not block; from then on it may. */
    port = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (port >= 0)
        fcntl(port, F_SETFL, fcntl(port, F_GETFL) & ~O_NONBLOCK);
}

static void print(const char *format, va_list values)
{
    char line[1024];
    int length = vsnprintf(line, sizeof line, format, values);
    if (length >= (int)sizeof line)
        length = sizeof line - 1;
    if (port >= 0 && write(port, line, (size_t)length) < 0)
        port = -1;
}

void say(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    print(format, values);
    va_end(values);
}

void die(const char *format, ...)
{
    va_list values;
    say("panic: ");
    va_start(values, format);
    print(format, values);
    va_end(values);
    say("\npowering off\n");
    fsync(port);
    /* The port's buffer is emptied by interrupts, which end with the power. */
    usleep(100 * 1000);
    reboot(RB_POWER_OFF);
    reboot(RB_AUTOBOOT);
    _exit(1);
}
