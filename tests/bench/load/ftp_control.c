/* ftp_control.c - a client's control connection, in the clear or under TLS.
 * Data connections always go to 127.0.0.1, whatever the reply to PASV says.
 * Ref: RFC 959, RFC 4217.   See also: ftp_control.h */
#include <sys/socket.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ftp_control.h"
#include "load.h"

static int	read_line(struct ftp_control *);
static int	secure(struct ftp_control *);
static int	wire_handshake(struct ftp_wire *,
		    gnutls_certificate_credentials_t);

int
ftp_login(struct ftp_control *control)
{
	int code;

	control->at = control->len = 0;
	control->wire.tls = NULL;
	control->wire.fd = load_connect(control->port);
	if (control->wire.fd == -1)
		return (-1);
	load_timeout(control->wire.fd, control->timeout);
	if (ftp_reply(control) != 220)
		return (-2);
	if (control->trust != NULL && secure(control) == -1)
		return (-1);
	code = ftp_command(control, "USER %s", control->user);
	if (code == 331)
		code = ftp_command(control, "PASS %s", control->password);
	return (code == 230 ? 0 : -1);
}

static int
secure(struct ftp_control *control)
{
	if (ftp_command(control, "AUTH TLS") != 234 ||
	    wire_handshake(&control->wire, control->trust) == -1)
		return (-1);
	if (ftp_command(control, "PBSZ 0") != 200 ||
	    ftp_command(control, "PROT P") != 200)
		return (-1);
	return (0);
}

void
ftp_close(struct ftp_control *control)
{
	wire_close(&control->wire);
}

int
ftp_command(struct ftp_control *control, const char *format, ...)
{
	char text[1024];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof(text) - 2, format, args);
	va_end(args);
	memcpy(text + len, "\r\n", 2);
	if (wire_send_all(&control->wire, text, (size_t)len + 2) == -1)
		return (-1);
	return (ftp_reply(control));
}

/* RFC 959 4.2: 123-... goes on to a line that begins with 123 and a space. */
int
ftp_reply(struct ftp_control *control)
{
	char end[5] = "";
	const char *line = control->line;

	for (;;) {
		if (read_line(control) == -1)
			return (-1);
		if (end[0] == '\0' && line[0] != '\0' && line[3] == '-') {
			memcpy(end, line, 3);
			end[3] = ' ';
		}
		if (end[0] == '\0' || strncmp(line, end, 4) == 0)
			break;
	}
	errno = 0;		/* what is wrong now, the reply says */
	return (atoi(line));
}

static int
read_line(struct ftp_control *control)
{
	size_t len = 0;
	ssize_t n;
	char c;

	do {
		if (control->at == control->len) {
			n = wire_recv(&control->wire, control->buf,
			    sizeof(control->buf));
			if (n <= 0)
				return (-1);
			control->len = (size_t)n;
			control->at = 0;
		}
		c = control->buf[control->at++];
		if (len < sizeof(control->line) - 1)
			control->line[len++] = c;
	} while (c != '\n');
	memset(control->line + len, '\0', sizeof(control->line) - len);
	return (0);
}

int
ftp_passive(struct ftp_control *control, struct ftp_wire *data)
{
	const char *at;
	int part[6];

	*data = (struct ftp_wire){ .fd = -1 };
	if (ftp_command(control, "PASV") != 227)
		return (-1);
	at = control->line + 4;
	at += strcspn(at, "0123456789");
	if (sscanf(at, "%d,%d,%d,%d,%d,%d", &part[0], &part[1], &part[2],
	    &part[3], &part[4], &part[5]) != 6)
		return (-1);
	data->fd = load_connect(part[4] * 256 + part[5]);
	if (data->fd == -1)
		return (-1);
	load_timeout(data->fd, control->timeout);
	return (0);
}

int
ftp_data_begin(struct ftp_control *control, struct ftp_wire *data,
    const char *command)
{
	int code = ftp_command(control, "%s", command);

	if (code != 150 && code != 125)
		return (-1);
	if (control->trust == NULL)
		return (0);
	return (wire_handshake(data, control->trust));
}

/* The certificate is not looked at: it is not what is measured. */
static int
wire_handshake(struct ftp_wire *wire, gnutls_certificate_credentials_t trust)
{
	int status;

	if (gnutls_init(&wire->tls, GNUTLS_CLIENT) != 0)
		return (-1);
	gnutls_set_default_priority(wire->tls);
	gnutls_credentials_set(wire->tls, GNUTLS_CRD_CERTIFICATE, trust);
	gnutls_transport_set_int(wire->tls, wire->fd);
	do
		status = gnutls_handshake(wire->tls);
	while (status < 0 && !gnutls_error_is_fatal(status));
	return (status < 0 ? -1 : 0);
}

int
wire_send_all(struct ftp_wire *wire, const void *buf, size_t len)
{
	const char *at = buf;
	ssize_t n;

	if (wire->tls == NULL)
		return (load_send_all(wire->fd, buf, len));
	while (len > 0) {
		n = gnutls_record_send(wire->tls, at, len);
		if (n <= 0)
			return (-1);
		at += n;
		len -= (size_t)n;
	}
	return (0);
}

ssize_t
wire_recv(struct ftp_wire *wire, void *buf, size_t size)
{
	ssize_t n;

	if (wire->tls == NULL)
		return (recv(wire->fd, buf, size, 0));
	do		/* a ticket may come between: not fatal */
		n = gnutls_record_recv(wire->tls, buf, size);
	while (n == GNUTLS_E_INTERRUPTED || n == GNUTLS_E_AGAIN);
	return (n);
}

/* Under TLS what has come unread (tickets) would make close() a reset, and the
 * server's last reads fail: so its end is waited for. */
void
wire_close(struct ftp_wire *wire)
{
	char rest[4096];

	if (wire->tls != NULL) {
		gnutls_bye(wire->tls, GNUTLS_SHUT_WR);
		shutdown(wire->fd, SHUT_WR);
		while (recv(wire->fd, rest, sizeof(rest), 0) > 0)
			continue;
		gnutls_deinit(wire->tls);
	}
	if (wire->fd != -1)
		close(wire->fd);
	*wire = (struct ftp_wire){ .fd = -1 };
}
