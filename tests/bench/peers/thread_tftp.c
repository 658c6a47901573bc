/* thread_tftp.c - TFTP: a thread a get, and nothing that can be left out.
 * thread_tftp PORT FOLDER
 * No log, no confinement, nothing is sent twice, windows of one block: what a
 * thread and a socket a transfer cost at least.
 * Ref: RFC 1350, RFC 2348.   See also: contenders/tftpd.py */
#include <sys/socket.h>
#include <sys/time.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "../load/load.h"

enum { STACK_SIZE = 262144, REQUEST_SIZE = 516, BLOCK_MAX = 65464,
    READ_SIZE = 64 * 1024, PATIENCE_S = 3, RECEIVE_BUFFER = 4 << 20,
    RRQ = 1, DATA = 3, ACK = 4, OACK = 6 };

struct transfer {
	struct sockaddr_in to;
	size_t	len;			/* of request */
	char	request[REQUEST_SIZE];
	int	fd, file;
	size_t	block_size;
};

static int	root;

static int	 await_ack(const struct transfer *, unsigned);
static int	 begin(struct transfer *);
static size_t	 block_size_of(const struct transfer *);
static int	 grant(struct transfer *);
static void	 send_file(struct transfer *);
static void	*transfer_main(void *);

int
main(int argc, char *argv[])
{
	struct sockaddr_in at = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), room = RECEIVE_BUFFER;
	pthread_attr_t attr;
	pthread_t thread;

	if (argc != 3 || (root = open(argv[2], O_RDONLY | O_DIRECTORY)) == -1)
		load_fail("usage: thread_tftp PORT FOLDER");
	at.sin_port = htons((uint16_t)load_number(argv[1]));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) == -1)
		load_fail("bind");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	for (;;) {
		struct transfer *transfer = calloc(1, sizeof(*transfer));
		socklen_t len = sizeof(transfer->to);
		ssize_t n = recvfrom(fd, transfer->request, REQUEST_SIZE - 1, 0,
		    (struct sockaddr *)&transfer->to, &len);

		transfer->len = n > 0 ? (size_t)n : 0;
		if (pthread_create(&thread, &attr, transfer_main,
		    transfer) != 0)
			free(transfer);
	}
}

static void *
transfer_main(void *arg)
{
	struct transfer *transfer = arg;

	if (begin(transfer) == 0) {
		if (transfer->block_size == 512 || grant(transfer) == 0)
			send_file(transfer);
		close(transfer->file);
		close(transfer->fd);
	}
	free(transfer);
	return (NULL);
}

static int
begin(struct transfer *transfer)
{
	struct timeval patience = { .tv_sec = PATIENCE_S };

	if (transfer->len < 4 || transfer->request[1] != RRQ ||
	    (transfer->file = openat(root, transfer->request + 2,
	    O_RDONLY)) == -1)
		return (-1);
	transfer->block_size = block_size_of(transfer);
	transfer->fd = socket(AF_INET, SOCK_DGRAM, 0);
	setsockopt(transfer->fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof(patience));
	return (0);
}

/* The request is a name, a mode, and pairs of an option and its value. */
static size_t
block_size_of(const struct transfer *transfer)
{
	const char *at = transfer->request + 2, *value;
	const char *end = transfer->request + transfer->len;
	size_t size = 512;

	at += strlen(at) + 1;
	for (at += strlen(at) + 1; at < end; at = value + strlen(value) + 1) {
		value = at + strlen(at) + 1;
		if (strcasecmp(at, "blksize") == 0)
			size = (size_t)atoi(value);
	}
	return (size >= 8 && size <= BLOCK_MAX ? size : 512);
}

static int
grant(struct transfer *transfer)
{
	char packet[32] = { 0, OACK };
	int len = 2 + sprintf(packet + 2, "blksize%c%zu", '\0',
	    transfer->block_size) + 1;

	sendto(transfer->fd, packet, (size_t)len, 0,
	    (struct sockaddr *)&transfer->to, sizeof(transfer->to));
	return (await_ack(transfer, 0));
}

static void
send_file(struct transfer *transfer)
{
	static _Thread_local char packet[4 + BLOCK_MAX], ahead[READ_SIZE];
	size_t block_size = transfer->block_size, n, at = 0, have = 0;
	ssize_t more;

	for (unsigned block = 1;; block++) {
		if (have - at < block_size) {
			memmove(ahead, ahead + at, have - at);
			have -= at;
			at = 0;
			more = read(transfer->file, ahead + have,
			    sizeof(ahead) - have);
			have += more > 0 ? (size_t)more : 0;
		}
		n = have - at < block_size ? have - at : block_size;
		packet[1] = DATA;
		packet[2] = (char)(block >> 8);
		packet[3] = (char)block;
		memcpy(packet + 4, ahead + at, n);
		at += n;
		sendto(transfer->fd, packet, n + 4, 0,
		    (struct sockaddr *)&transfer->to, sizeof(transfer->to));
		if (await_ack(transfer, block & 0xffff) == -1 ||
		    n < block_size)
			return;
	}
}

static int
await_ack(const struct transfer *transfer, unsigned block)
{
	unsigned char packet[REQUEST_SIZE];
	struct sockaddr_in from;
	socklen_t len;

	do {
		len = sizeof(from);
		if (recvfrom(transfer->fd, packet, sizeof(packet), 0,
		    (struct sockaddr *)&from, &len) < 4)
			return (-1);
	} while (from.sin_port != transfer->to.sin_port || packet[1] != ACK ||
	    ((unsigned)packet[2] << 8 | packet[3]) != block);
	return (0);
}
