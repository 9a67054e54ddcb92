/* What goes wrong on purpose, for tests of those who run us. */
#pragma once

/** Reads the arguments, tells what they ask for; hangs here when that is asked for. */
void faults_init(void);
/** Why the service is not healthy, or NULL. */
const char *faults_unhealthy(void);
