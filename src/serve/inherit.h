/* inherit.h - sockets that a supervisor opened and handed over.
 * Socket activation: systemd (or systemd-socket-activate) opens the listening
 * sockets and starts the server with them from descriptor 3 on.  inetd: a
 * super-server accepts one client and starts the server with it on 0.
 * Ref: sd_listen_fds(3) for the variables; no library is needed for them.
 * See also: serve/server.h, tests/system/activation.py */
#ifndef SERVE_INHERIT_H
#define SERVE_INHERIT_H

#include "base/cause.h"
#include "net/address.h"

#define INHERIT_FIRST_FD	3
#define INHERIT_MAX		32

enum inherit_kind {
	INHERIT_LISTENER,		/* SOCK_STREAM that accepts */
	INHERIT_STREAM,			/* SOCK_STREAM that is connected */
	INHERIT_DATAGRAM		/* SOCK_DGRAM */
};

/* One socket handed over. */
struct inherited {
	enum inherit_kind kind;
	int		 fd;
	struct address	 addr;		/* its own; of a stream: its peer's */
	int		 tls;		/* its name in LISTEN_FDNAMES is tls */
};

/*
 * inherit_sockets - what LISTEN_PID and LISTEN_FDS hand to this process
 *   sockets   receives at most INHERIT_MAX; all non-blocking, closed on exec
 * Once taken, the variables are removed: a child process must not take them
 * for its own.
 * Returns how many, 0 if there are none, or -1 with cause.
 * Blocks: no.   Threads: before any starts.
 */
int	inherit_sockets(struct inherited sockets[INHERIT_MAX],
	    struct cause *cause);

/*
 * inherit_describe - what kind of socket a descriptor is
 * Returns 0 with kind, fd and addr filled, or -1 with cause (it is no socket,
 * or none that can be served).
 * Blocks: no.   Threads: safe.
 */
int	inherit_describe(int fd, struct inherited *socket, struct cause *cause);

#endif
