/* ftp_control.h - a client's control connection, in the clear or under TLS.
 * See also: ftpload.c */
#ifndef BENCH_FTP_CONTROL_H
#define BENCH_FTP_CONTROL_H

#include <stddef.h>
#include <sys/types.h>

#include <gnutls/gnutls.h>

struct ftp_wire {			/* zeroed, fd -1: not open */
	int		 fd;
	gnutls_session_t tls;		/* NULL: in the clear */
};

struct ftp_control {
	struct ftp_wire	 wire;
	const char	*user, *password;
	int		 port;
	double		 timeout;	/* seconds without a byte */
	gnutls_certificate_credentials_t trust;	/* NULL: no TLS */
	size_t		 at, len;	/* of buf: read, filled */
	char		 buf[8192];
	char		 line[1024];	/* the last line heard */
};

/*
 * ftp_login - connect, AUTH TLS and PROT P if asked, log in
 * Returns 0; -2 without a greeting; -1 on other failures.
 */
int	ftp_login(struct ftp_control *control);
void	ftp_close(struct ftp_control *control);

/*
 * ftp_command - send one command; returns the code of its reply, or -1
 * ftp_reply - the code of the next reply, over all its lines
 */
int	ftp_command(struct ftp_control *control, const char *format, ...)
	    __attribute__((format(printf, 2, 3)));
int	ftp_reply(struct ftp_control *control);

/*
 * ftp_passive - ask for a data connection; 0, or -1
 * ftp_data_begin - send the command, then TLS if asked: 0, or -1
 */
int	ftp_passive(struct ftp_control *control, struct ftp_wire *data);
int	ftp_data_begin(struct ftp_control *control, struct ftp_wire *data,
	    const char *command);

/*
 * wire_send_all, wire_recv, wire_close - over the socket or its TLS
 */
int	wire_send_all(struct ftp_wire *wire, const void *buf, size_t len);
ssize_t	wire_recv(struct ftp_wire *wire, void *buf, size_t size);
void	wire_close(struct ftp_wire *wire);

#endif
