/* data.h - the data connection: awaited at a port, or dialled.
 * One transfer has one.  It is accepted from the control connection's host
 * only, and dialled to it only: a server that connects anywhere for anybody
 * scans other people's ports, and one that lets anybody in gives files away.
 * Ref: RFC 959 3.2, RFC 2428, RFC 2577.   See also: tools/ftpd/transfer.h */
#ifndef FTPD_DATA_H
#define FTPD_DATA_H

#include "net/address.h"
#include "net/stream.h"

struct session;

struct data {
	int		 listen_fd;	/* PASV, EPSV; -1: none */
	int		 fd;		/* connected, non-blocking; or -1 */
	struct address	 to;		/* PORT, EPRT; len 0: none */
	struct stream	 stream;	/* over fd */
};

/* data_init - no connection, and none to come. */
void	data_init(struct data *data);

/* data_end - close the connection, and no more: what the client waits for. */
void	data_end(struct data *data);

/* data_close - close what there is.  Takes an initialised one. */
void	data_close(struct data *data);

/* The commands that say where it goes. */
void	data_pasv(struct session *session, const char *argument);
void	data_epsv(struct session *session, const char *argument);
void	data_port(struct session *session, const char *argument);
void	data_eprt(struct session *session, const char *argument);

/*
 * data_start - begin to connect, as the last of those commands said
 * Returns 0: poll data_waits_on; -1: none of them came, or with errno.
 * Blocks: no.
 */
int	data_start(struct session *session);

/*
 * data_waits_on - what must be polled until there is a connection
 * Returns a descriptor and its events; -1: it is there.
 */
int	data_waits_on(const struct data *data, short *events);

/*
 * data_continue - what was polled is ready
 * A stranger's connection is closed, and the right one still awaited.
 * Returns 0, also if there is none yet, or -1 with errno.
 * Blocks: no.
 */
int	data_continue(struct session *session);

#endif
