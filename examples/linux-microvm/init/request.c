#include "request.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { BAD_REQUEST = -400, TOO_LARGE = -413, NOT_IMPLEMENTED = -501, BAD_VERSION = -505, BODY_LARGEST = 65536 };

struct head {
    bool has_host, has_length, chunked;
};

/* "name: value" without the blanks around the value; false where there is no name. */
static bool split(char *line, char **value)
{
    size_t name = strcspn(line, ":");
    if (name == 0 || !line[name] || strcspn(line, " \t") < name)
        return false;
    line[name] = 0;
    *value = line + name + 1 + strspn(line + name + 1, " \t");
    for (char *end = *value + strlen(*value); end > *value && (end[-1] == ' ' || end[-1] == '\t');)
        *--end = 0;
    return true;
}

static void take_connection(struct request *request, char *value)
{
    char *rest;
    for (char *word = strtok_r(value, ", \t", &rest); word; word = strtok_r(NULL, ", \t", &rest)) {
        if (strcasecmp(word, "close") == 0)
            request->keep_alive = false;
        else if (strcasecmp(word, "keep-alive") == 0)
            request->keep_alive = true;
    }
}

/* Two lengths, or a length beside chunks, are how requests are smuggled. */
static int take_header(char *line, struct request *request, struct head *head)
{
    char *value;
    if (!split(line, &value))
        return BAD_REQUEST;
    if (strcasecmp(line, "connection") == 0) {
        take_connection(request, value);
    } else if (strcasecmp(line, "host") == 0) {
        if (head->has_host)
            return BAD_REQUEST;
        head->has_host = true;
    } else if (strcasecmp(line, "transfer-encoding") == 0) {
        head->chunked = true;
    } else if (strcasecmp(line, "content-length") == 0) {
        if (head->has_length || !*value || strspn(value, "0123456789") != strlen(value))
            return BAD_REQUEST;
        if (strlen(value) > 9)
            return TOO_LARGE;
        head->has_length = true;
        request->body_length = strtoul(value, NULL, 10);
    }
    return 0;
}

static int take_first(char *line, struct request *request, bool *version_1_0)
{
    char *rest;
    request->method = strtok_r(line, " ", &rest);
    request->path = strtok_r(NULL, " ", &rest);
    char *version = strtok_r(NULL, " ", &rest);
    if (!version || *rest || (request->path[0] != '/' && strcmp(request->path, "*") != 0))
        return BAD_REQUEST;
    if (strncmp(version, "HTTP/", 5) != 0)
        return BAD_REQUEST;
    *version_1_0 = strcmp(version, "HTTP/1.0") == 0;
    if (!*version_1_0 && strcmp(version, "HTTP/1.1") != 0)
        return BAD_VERSION;
    request->keep_alive = !*version_1_0;
    request->query = strchr(request->path, '?');
    if (request->query)
        *request->query++ = 0;
    else
        request->query = "";
    return 0;
}

/* The next line without its end; NULL for one that has what no line may. */
static char *cut_line(char **from)
{
    char *line = *from, *end = strchr(line, '\n');
    *end = 0;
    *from = end + 1;
    if (end > line && end[-1] == '\r')
        end[-1] = 0;
    for (const char *c = line; *c; c++)
        if (((unsigned char)*c < ' ' && *c != '\t') || *c == 127)
            return NULL;
    return line;
}

int request_read(char *data, size_t length, struct request *request)
{
    char *end = strstr(data, "\r\n\r\n");
    if (!end)
        return strlen(data) < length ? BAD_REQUEST : 0;
    char *const after = end + 4;
    *request = (struct request){0};
    struct head head = {0};
    bool version_1_0 = false;
    char *from = data, *line = cut_line(&from);
    int fault = line ? take_first(line, request, &version_1_0) : BAD_REQUEST;
    while (!fault && from < after - 2) {
        line = cut_line(&from);
        fault = line ? take_header(line, request, &head) : BAD_REQUEST;
    }
    if (fault)
        return fault;
    if ((!head.has_host && !version_1_0) || (head.chunked && head.has_length))
        return BAD_REQUEST;
    if (head.chunked)
        return NOT_IMPLEMENTED;
    return request->body_length > BODY_LARGEST ? TOO_LARGE : (int)(after - data);
}
