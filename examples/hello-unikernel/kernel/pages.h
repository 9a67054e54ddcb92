/* The pages every service has: /healthz, /stats and /slow. */
#pragma once
#include "http-server.h"

/** Answers these, and hands every other request to the app. */
void pages_handle(const struct http_request *request);
