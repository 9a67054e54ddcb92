#include "modules.h"
#include "log.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int is_module(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 3 && strcmp(entry->d_name + length - 3, ".ko") == 0;
}

static void load(const char *folder, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    /* Drivers for other machines say so (ENODEV): the same image boots on all of them. */
    if (syscall(SYS_finit_module, file, "", 0) != 0 && errno != EEXIST && errno != ENODEV)
        say("modules: %s: %s\n", name, strerror(errno));
    close(file);
    unlink(path);
}

void modules_load(const char *folder)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_module, alphasort);
    if (count < 0)
        die("modules: %s: %s", folder, strerror(errno));
    for (int i = 0; i < count; i++)
        load(folder, entries[i]->d_name);
    say("modules: %d\n", count);
}
