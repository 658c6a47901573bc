/* remote.h - a small server, forked for one test, and how the test sees it.
 * The test sets options, and the service if setup did not; server_start waits
 * for the "listening on" lines, server_stop for the end.
 * See also: tests/check_server.c, tests/check_server_tls.c */
#ifndef TESTS_REMOTE_H
#define TESTS_REMOTE_H

#include <sys/resource.h>
#include <sys/types.h>

#include "serve/server.h"

enum server_end {			/* exit status of the server */
	END_WELL = 0,
	END_NOT_STARTED = 2,
	END_STUCK = 3,
	END_BROKEN = 4
};

struct remote {
	pid_t		 pid;
	int		 out_fd, err_fd;
	int		 tcp_port, udp_port;
	int		 tls_port;	/* if options.tls has a certificate */
	char		 said[4096];	/* on standard output */
	char		 log[65536];	/* on standard error, so far */
	size_t		 log_len;
};

extern struct remote remote;
extern struct server_options options;
extern rlim_t descriptors;		/* of the server; 0: as many as it
					 * likes */

/* remote_setup - the usual options, on 127.0.0.1: a fixture's first words */
void	remote_setup(const struct service *service);

/* bind_to - listen there too */
void	bind_to(const char *name);

/* server_start - fork it, and wait until it can be reached */
void	server_start(void);

/* server_stop - by a signal; it must end with this status, in time */
void	server_stop(int number, enum server_end expected);

/* log_says - wait until its log has a text; where it is, or NULL */
const char *log_says(const char *text, int patience_ms);

/* report_row - the row of the client at the other end of fd, in a new table;
 * NULL: there is none */
const char *report_row(int fd);

/* report_shows - does the table come to show this of a client?  out 0: any */
int	report_shows(int fd, const char *state, unsigned long long in,
	    unsigned long long out);

/* open_client - a connected socket, of SOCK_STREAM or SOCK_DGRAM */
int	open_client(int type, const char *from, const char *to, int port);
int	tcp_client(void);
int	udp_client(void);
int	tls_client(void);		/* hands not yet shaken */

/* hears - does exactly this text come, in time? */
int	hears(int fd, const char *text, int patience_ms);

/* hears_end - does the end of the stream come, in time? */
int	hears_end(int fd);

#endif
