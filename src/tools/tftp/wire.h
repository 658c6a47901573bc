/* wire.h - the socket of one transfer, and who may talk on it.
 * It is not connected: a connected one never sees a stranger's datagram, and
 * RFC 1350 wants the stranger told (ERROR 5) and the transfer to go on.  So
 * every datagram's source is compared here.
 * A lost datagram is nothing special: what the kernel could not send for want
 * of memory is lost, too, and the timer sends it again.
 * See also: tools/tftp/transfer.h, tests/check_tftp_wire.c */
#ifndef TFTP_WIRE_H
#define TFTP_WIRE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "net/address.h"
#include "tools/tftp/burst.h"

#define WIRE_STRANGERS	16		/* that are told, a transfer */

/* What the program wants of it; each may be NULL. */
struct wire_hooks {
	/* Every packet, sent or received. */
	void	(*trace)(void *context, int sent, const void *packet,
		    size_t len);
	/* Bytes that came and went, after each packet or burst. */
	void	(*count)(void *context, size_t in, size_t out);
	/* Shall the transfer end? */
	int	(*stopped)(void *context);
	/* Wait until fd can be read; -1 with errno, ETIMEDOUT at the deadline
	 * (of base/clock.h), EINTR to end.  NULL: recvfrom waits by itself. */
	int	(*wait)(void *context, int fd, int64_t deadline);
	void	*context;
};

struct wire {
	int		 fd;		/* the caller's; blocking */
	struct address	 peer;		/* whom we talk with */
	int		 any_port;	/* its port is not known yet: that of
					 * its first answer */
	struct wire_hooks hooks;
	int64_t		 now_us;	/* when the last call returned */
	int64_t		 patience_us;	/* of the socket: SO_RCVTIMEO */
	int		 singly;	/* no bursts here */
	int		 has_sent;	/* since it received */
	int		 strangers;
};

/*
 * wire_init - a socket to talk with a peer
 *   any_port   1: a client has asked a server's port, and the answer will come
 *              from another one
 * Blocks: no.   Threads: a wire belongs to one, for all below.
 */
void	wire_init(struct wire *wire, int fd, const struct address *peer,
	    int any_port);

/*
 * wire_hold - make room for a window in the socket's receive buffer
 *   bytes   of it; the kernel may give less
 * Returns how many bytes it holds, as the kernel counts.
 * Blocks: no.
 */
size_t	wire_hold(struct wire *wire, size_t bytes);

/* wire_cost - what a block costs there: its bookkeeping, too. */
size_t	wire_cost(size_t blksize);

/*
 * wire_send - send packets to the peer
 * Returns 0 also if the network lost them at once, or -1 with errno.
 * Blocks: until the socket's buffer has room.
 */
int	wire_send(struct wire *wire, const struct burst *burst);
int	wire_send_one(struct wire *wire, const void *packet, size_t len);

/*
 * wire_recv - the peer's next packet
 *   until_us   of clock_now_us
 * Strangers are told, and not waited for any longer because of it.
 * Returns its length, or -1 with errno: ETIMEDOUT, ECANCELED (stopped).
 * Blocks: until then.
 */
ssize_t	wire_recv(struct wire *wire, void *buf, size_t size,
	    int64_t until_us);

#endif
