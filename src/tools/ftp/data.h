/* data.h - a data connection: one file or listing, and its end.
 *	data_prepare		EPSV, and connect; or listen, and EPRT
 *	session_try		RETR
 *	data_begin		150: accept, and shake hands under PROT P
 *	stream_recv_now ...
 *	data_close		before 226 is waited for
 * Whom we connect to is the control connection's server: of what it answers to
 * PASV, the port is taken and nothing else, lest it send us to the services of
 * others, or of our own network (CVE-2020-8284).  Where it connects to us, its
 * address is looked at.
 * Ref: RFC 959 3.2, 5.1; RFC 2428; RFC 4217 7.
 * See also: tools/ftp/session.h */
#ifndef FTP_DATA_H
#define FTP_DATA_H

#include "net/stream.h"
#include "tools/ftp/session.h"

struct data {
	struct stream	 stream;	/* non-blocking */
	int		 listen_fd;	/* -1: none */
};

#define DATA_NONE	{ .stream = { .fd = -1 }, .listen_fd = -1 }

/*
 * data_prepare - agree on how, and connect if that is our part
 * Returns OUTCOME_DONE, or another after logging.  data_drop in any case.
 * Blocks: until the timeouts at most.   Threads: the session's.
 */
enum outcome data_prepare(struct session *session, struct data *data);

/*
 * data_begin - the server goes ahead: be connected to, and encrypt
 * Returns as data_prepare.
 * Blocks: until the timeouts at most.
 */
enum outcome data_begin(struct session *session, struct data *data);

/*
 * data_finish - close it in good order
 *   we_sent   all that we had: the server has to see that this is the end of
 *             it, and not a connection that broke
 * Blocks: until the timeout at most.
 */
void	data_finish(struct session *session, struct data *data, int we_sent);

/*
 * data_drop - close it at once, so that nobody takes that for an end in good
 * order.  Takes one that is closed, DATA_NONE.
 */
void	data_drop(struct data *data);

#endif
