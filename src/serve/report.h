/* report.h - the table that SIGUSR1 asks for.
 * See also: serve/server.h */
#ifndef SERVE_REPORT_H
#define SERVE_REPORT_H

struct server;

/*
 * report_print - write every client and the UDP counters to standard error
 * Blocks: as long as standard error does; no lock is held then.
 * Threads: main's only.
 */
void	report_print(struct server *server);

#endif
