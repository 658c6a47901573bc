/* keepalive.c - notice that a peer is gone without a word.
 * POSIX has SO_KEEPALIVE alone, and the usual two hours; the rest is asked for
 * where there is a name for it.
 * See also: net/keepalive.h */
#include "net/keepalive.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#define PROBES	3

static void set(int, int, int, int);

void
keepalive_set(int fd, int gone_s)
{
	set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
#ifdef TCP_KEEPIDLE
	set(fd, IPPROTO_TCP, TCP_KEEPIDLE, (gone_s + 1) / 2);
#endif
#if defined(TCP_KEEPINTVL) && defined(TCP_KEEPCNT)
	set(fd, IPPROTO_TCP, TCP_KEEPINTVL,
	    (gone_s + 2 * PROBES - 1) / (2 * PROBES));
	set(fd, IPPROTO_TCP, TCP_KEEPCNT, PROBES);
#endif
#ifdef TCP_USER_TIMEOUT
	/* In milliseconds; for what was sent, and for the probes too. */
	set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, gone_s * 1000);
#endif
}

static void
set(int fd, int level, int option, int value)
{
	setsockopt(fd, level, option, &value, sizeof(value));
}
