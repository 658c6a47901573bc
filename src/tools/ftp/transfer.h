/* transfer.h - bytes over a data connection, from 150 to 226.
 *	transfer_begin(&transfer)	EPSV, REST, RETR, 150
 *	transfer_receive, transfer_send
 *	transfer_end(&transfer, outcome)	226; or ABOR, if it was stopped
 * Ref: RFC 959 5.1.1, 5.4; RFC 3659 5 (REST).
 * See also: tools/ftp/data.h, tools/ftp/files.h */
#ifndef FTP_TRANSFER_H
#define FTP_TRANSFER_H

#include <stdint.h>

#include "tools/ftp/data.h"
#include "tools/ftp/meter.h"

/* Where what is received goes. */
struct sink {
	int		 fd;		/* a file's, which the kernel may move
					 * bytes into; -1: take alone */
	int		(*take)(struct sink *, const char *, size_t,
			    struct cause *);	/* 0, or -1 */
	void		*context;
};

struct transfer {
	struct session	*session;
	const char	*verb, *path;	/* path NULL: none */
	uint64_t	 offset;	/* of the first byte, in the file */
	struct meter	*meter;		/* NULL: nobody looks */
	uint64_t	 most;		/* receive no more; 0: no limit */
	int		 may_be_none;	/* 226 will do in place of 150: an empty
					 * listing */

	uint64_t	 bytes;		/* moved, on this connection */
	int		 lacks_rest;	/* the server knows no REST */
	int		 is_over;	/* 226 came instead of 150 */
	int		 is_cut;	/* TLS ended without its goodbye */
	struct data	 data;
};

/*
 * transfer_begin - the server is ready to send or to receive
 *   transfer   session, verb, path, offset and meter set
 * A refusal is logged unless is_trial.
 * Returns OUTCOME_DONE, or another, and then there is nothing to end.
 * Blocks: until the timeouts at most.   Threads: the session's.
 */
enum outcome transfer_begin(struct transfer *transfer, int is_trial);

/*
 * transfer_receive - everything up to the end of the data connection
 * Returns OUTCOME_DONE: it ended; whether that was the end, transfer_end says.
 * Blocks: until nothing has come for as long as the timeout.
 */
enum outcome transfer_receive(struct transfer *transfer, struct sink *sink);

/*
 * transfer_send - everything from where a file stands up to its end
 *   fd   a file, which is read at its position, or a pipe
 * Blocks: until nothing is taken for as long as the timeout; as fd does.
 */
enum outcome transfer_send(struct transfer *transfer, int fd);

/*
 * transfer_cut - what came is enough: end it in the middle of its sending
 * The session goes on, if the server agrees.
 * Blocks: until the timeout at most.
 */
void	transfer_cut(struct transfer *transfer);

/*
 * transfer_end - close the data connection, and hear what the server says
 *   so_far   how sending or receiving went
 * Returns how the whole went.  After OUTCOME_STOPPED the session goes on, if
 * the server agrees, and another signal has not come (interrupt_came_twice).
 * Blocks: until the timeouts at most.
 */
enum outcome transfer_end(struct transfer *transfer, enum outcome so_far,
	    int we_sent);

#endif
