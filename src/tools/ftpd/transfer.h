/* transfer.h - one transfer: its data connection, and what the client says
 * meanwhile.
 * The thread that transfers is the one that listens to the control connection:
 * so it polls both, and the data socket is non-blocking.
 *
 *	transfer_begin(&transfer, session, TRANSFER_SENDS, "Here it comes")
 *	transfer_send(&transfer, bytes, len)		or recv on its stream,
 *	transfer_wait(&transfer, POLLIN)		when that says EAGAIN,
 *	transfer_moved(&transfer, n)			after each piece
 *	transfer_end(&transfer, error)
 *
 * See also: tools/ftpd/data.h, tools/ftpd/retrieve.c, RFC 959 3.3, 4.1.3 */
#ifndef FTPD_TRANSFER_H
#define FTPD_TRANSFER_H

#include <stdint.h>

#include "tools/ftpd/session.h"

enum transfer_way {
	TRANSFER_SENDS,			/* to the client: RETR, LIST */
	TRANSFER_RECEIVES
};

struct transfer {
	struct session	*session;
	struct stream	*stream;	/* of its data connection */
	enum transfer_way way;
	uint64_t	 bytes;		/* moved so far */
	size_t		 unheard;	/* bytes since the control connection
					 * was looked at */
	int64_t		 rate;		/* bytes a second; 0: any */
	int64_t		 begun_ms;
	size_t		 step;		/* how much to move at once */
};

/*
 * transfer_begin - get the data connection, and say 150
 *   text   behind the 150
 * Returns 0, or -1 when the failure was replied.
 * Blocks: until the client has connected, with a deadline.
 */
int	transfer_begin(struct transfer *transfer, struct session *session,
	    enum transfer_way way, const char *text);

/*
 * transfer_wait - until the data connection is ready
 *   events   POLLIN or POLLOUT
 * Returns 0, or -1 with errno: ECANCELED after ABOR, ESHUTDOWN when the client
 * or the server goes, ETIMEDOUT when nothing moves.
 * Blocks: until then.
 */
int	transfer_wait(struct transfer *transfer, short events);

/*
 * transfer_moved - n bytes were sent or received
 * Returns as transfer_wait.
 * Blocks: as long as the rate has it.
 */
int	transfer_moved(struct transfer *transfer, size_t n);

/* transfer_send - send all of it; returns and blocks as transfer_wait, or -1
 * with the errno of send. */
int	transfer_send(struct transfer *transfer, const void *buf, size_t len);

/*
 * transfer_end - end the data connection, and say 226 or what went wrong
 *   error   0: all is well; or an errno
 * Returns 0 if the client was told 226.
 * Blocks: until the last bytes are in the socket's buffer.
 */
int	transfer_end(struct transfer *transfer, int error);

#endif
