/* table.h - ask a process that runs under fil-explain for its table.
 * See also: explain/begin.c */
#ifndef EXPLAIN_TABLE_H
#define EXPLAIN_TABLE_H

#include <sys/types.h>

/*
 * table_ask - have the process write who waits where, to where it tells all
 * One that has not our library would die of the signal: it is looked for first.
 * Returns 0, or -1 and has said why.
 * Blocks: for /proc.   Threads: safe.
 */
int	table_ask(pid_t pid);

#endif
