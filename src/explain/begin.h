/* begin.h - what the launcher and the library agree on.
 * See also: explain/output.h (names in the environment) */
#ifndef EXPLAIN_BEGIN_H
#define EXPLAIN_BEGIN_H

#include <signal.h>

/* Asks a process for its table, as SIGUSR1 does, which many programs have a use
 * for themselves.  Not the last one: valgrind and others take that. */
#define BEGIN_TABLE_SIGNAL	(SIGRTMAX - 3)

#define BEGIN_LIBRARY		"libfil-explain.so"

#endif
