#pragma once

/** Loads every kernel module of the folder in the order of their names, which is the order of their dependencies. */
void modules_load(const char *folder);
