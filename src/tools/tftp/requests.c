/* requests.c - fil-tftpd's main thread: what comes to the port of requests.
 * See also: tools/tftp/requests.h, tests/system/tftp_hostile.py */
#include "tools/tftp/requests.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/random.h"
#include "proto/tftp_packet.h"
#include "tools/tftp/tftpd.h"

#define REQUEST_MAX	2048		/* RFC 2347 says 512 */
#define PORT_TRIES	256		/* of --port-range */

static int bind_in_range(int, struct address *, const struct tftpd *);
static int is_same_request(const struct client *, void *);
static struct tftpd_job *job_new(const struct datagram *, int);
static int open_transfer_socket(const struct datagram *,
    const struct tftpd *, struct cause *);
static int refuse(const struct datagram *, enum tftp_code, const char *);

int
requests_serve(const struct datagram *datagram, void *context)
{
	struct tftp_packet packet;
	struct tftpd_job *job;
	struct cause cause;
	char why[CAUSE_TEXT_SIZE];
	enum tftp_verdict verdict = tftp_packet_parse(datagram->data,
	    datagram->len, &packet);
	int fd;

	/* Two servers that answer each other's ERROR never stop. */
	if (verdict == TFTP_SHORT || packet.opcode == TFTP_ERROR)
		return (0);
	if (verdict == TFTP_MALFORMED || packet.name == NULL ||
	    packet.mode == TFTP_MODE_UNKNOWN || datagram->len > REQUEST_MAX)
		return (refuse(datagram, TFTP_ILLEGAL_OPERATION, NULL));
	if (registry_find(&datagram->server->registry, &datagram->from,
	    is_same_request, (void *)datagram))
		return (1);
	if ((fd = open_transfer_socket(datagram, context, &cause)) == -1) {
		server_note_busy(datagram->server,
		    cause_text(&cause, why, sizeof(why)));
		return (refuse(datagram, TFTP_SEE_TEXT,
		    "No socket for a transfer"));
	}
	if ((job = job_new(datagram, fd)) != NULL &&
	    server_begin(datagram, fd, job) == 0)
		return (1);
	if (job != NULL)
		transfer_fini(&job->transfer);
	free(job);
	close(fd);
	return (refuse(datagram, TFTP_SEE_TEXT, "Too many transfers"));
}

/* The client's address and port tell its transfer.  One that has all of its
 * file is over for the client: it may ask for the same again. */
static int
is_same_request(const struct client *client, void *context)
{
	const struct datagram *datagram = context;
	struct tftpd_job *job = client->job;

	if (!address_equal(&client->peer, &datagram->from) ||
	    job->request_len != datagram->len ||
	    memcmp(job->request, datagram->data, datagram->len) != 0 ||
	    atomic_load(&job->transfer.finished))
		return (0);
	transfer_remind(&job->transfer);
	return (1);
}

static struct tftpd_job *
job_new(const struct datagram *datagram, int fd)
{
	struct tftpd_job *job = calloc(1, sizeof(*job) + datagram->len);
	struct wire wire;

	if (job == NULL)
		return (NULL);
	wire_init(&wire, fd, &datagram->from, 0);
	if (transfer_init(&job->transfer, &wire) == -1) {
		free(job);
		return (NULL);
	}
	job->transfer.serves = 1;
	job->request_len = datagram->len;
	memcpy(job->request, datagram->data, datagram->len);
	return (job);
}

/* Answers come from the address that was asked, and a port of their own. */
static int
open_transfer_socket(const struct datagram *datagram,
    const struct tftpd *tftpd, struct cause *cause)
{
	struct address local = datagram->to.len != 0 ? datagram->to :
	    datagram->endpoint->addr;
	int fd = socket(local.sa.sa_family, SOCK_DGRAM, 0);

	if (fd == -1) {
		cause_errno(cause, "socket", errno, NULL);
		return (-1);
	}
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (bind_in_range(fd, &local, tftpd) == 0)
		return (fd);
	cause_errno(cause, "bind", errno, NULL);
	close(fd);
	return (-1);
}

/* From a random one on: who guesses the port of a transfer can end it. */
static int
bind_in_range(int fd, struct address *local, const struct tftpd *tftpd)
{
	unsigned count = (unsigned)(tftpd->last_port - tftpd->first_port) + 1;
	unsigned start = 0;
	int result = -1;

	if (tftpd->last_port != 0)
		random_fill(&start, sizeof(start));
	for (unsigned i = 0; i < count && i < PORT_TRIES; i++) {
		address_set_port(local, tftpd->first_port +
		    (int)((start % count + i) % count));
		result = bind(fd, &local->sa, local->len);
		if (result == 0 || errno != EADDRINUSE)
			break;
	}
	return (result);
}

static int
refuse(const struct datagram *datagram, enum tftp_code code, const char *text)
{
	uint8_t packet[TFTP_REQUEST_MAX];

	server_reply(datagram, packet, tftp_build_error(packet,
	    sizeof(packet), code, text));
	return (1);
}
