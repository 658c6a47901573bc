/* tftpload.c - a TFTP client that does nothing but move blocks.
 * tftpload PORT rrq NAME BLKSIZE WINDOW         read a file
 * tftpload PORT wrq NAME BLKSIZE WINDOW BYTES   write one
 * tftpload PORT many NAME BLKSIZE WINDOW COUNT  COUNT reads at once
 * What a server does not grant is not measured: {"unsupported": ...}.
 * Ref: RFC 1350, 2347, 2348, 7440.   See also: load.h, benches/tftpd.py */
#include <sys/socket.h>

#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include "load.h"

enum { RRQ = 1, WRQ, DATA, ACK, ERROR, OACK };
enum { PACKET_MAX = 66000, SOCKET_BUF = 4194304, CLIENTS_MAX = 512,
       TIMEOUTS_MAX = 5 };

#define LONGEST_SECONDS	60.0

struct transfer {
	const char	*name;
	int		 port, fd;
	int		 blksize, window;		/* asked for */
	int		 granted_blksize, granted_window;
	uint64_t	 size;				/* to be written */
	uint64_t	 bytes, retries, sum;
	uint64_t	 began;
	int		 unsupported;
	char		 failed[128];			/* "": it went well */
	unsigned char	 in[PACKET_MAX], out[PACKET_MAX];
};

/* a read under way */
struct reading {
	struct transfer	*transfer;
	unsigned	 last;		/* block, of those in order */
	int		 in_window;	/* blocks since the last ACK */
	int		 gap;		/* the sender has been told of it */
	int		 timeouts, over;
};

static void	acknowledge(struct transfer *, unsigned);
static int	begin(struct transfer *, int);
static void	fail(struct transfer *, const char *, ...)
		    __attribute__((format(printf, 2, 3)));
static int	first_answer(struct transfer *, int);
static unsigned	get16(const unsigned char *);
static int	granted(struct transfer *, int);
static int	many(struct transfer *, int);
static void	put16(unsigned char *, unsigned);
static void	read_file(struct transfer *);
static void	*read_main(void *);
static void	reading_repeat(struct reading *);
static void	reading_take(struct reading *, int);
static int	receive(struct transfer *);
static int	request(struct transfer *, int);
static int	too_long(struct transfer *, int);
static void	write_file(struct transfer *);
static uint64_t	write_window(struct transfer *, uint64_t, uint64_t);

int
main(int argc, char *argv[])
{
	static struct transfer transfer;
	double seconds;

	if (argc < 6)
		load_fail("usage: tftpload PORT rrq|wrq|many NAME BLKSIZE "
		    "WINDOW [NUMBER]");
	transfer.port = (int)load_number(argv[1]);
	transfer.name = argv[3];
	transfer.blksize = (int)load_number(argv[4]);
	transfer.window = (int)load_number(argv[5]);
	if (argc == 7)
		transfer.size = (uint64_t)load_number(argv[6]);
	if (strcmp(argv[2], "many") == 0)
		return (many(&transfer, (int)transfer.size));
	transfer.began = load_now();
	if (strcmp(argv[2], "rrq") == 0)
		read_file(&transfer);
	else
		write_file(&transfer);
	seconds = load_seconds(transfer.began);
	if (transfer.unsupported)
		printf("{\"unsupported\": \"grants blksize %d, windowsize "
		    "%d\"}\n", transfer.granted_blksize,
		    transfer.granted_window);
	else if (transfer.failed[0] != '\0')
		printf("{\"error\": \"%s\"}\n", transfer.failed);
	else
		printf("{\"bytes\": %" PRIu64 ", \"sum\": %" PRIu64 ", "
		    "\"mb_s\": %.2f, \"retries\": %" PRIu64 "}\n",
		    transfer.bytes, transfer.sum,
		    (double)transfer.bytes / 1e6 / seconds, transfer.retries);
	return (0);
}

static void
fail(struct transfer *transfer, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(transfer->failed, sizeof(transfer->failed), format, args);
	va_end(args);
}

static void
put16(unsigned char *at, unsigned value)
{
	at[0] = (unsigned char)(value >> 8);
	at[1] = (unsigned char)value;
}

static unsigned
get16(const unsigned char *at)
{
	return ((unsigned)at[0] << 8 | at[1]);
}

/* Send the request until something comes, which tells the transfer's port.
 * Returns the length of the answer, or -1. */
static int
first_answer(struct transfer *transfer, int opcode)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)transfer->port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) }, from;
	int tries, size = SOCKET_BUF, len = request(transfer, opcode);
	socklen_t from_len;
	ssize_t n;

	transfer->fd = socket(AF_INET, SOCK_DGRAM, 0);
	setsockopt(transfer->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	setsockopt(transfer->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	load_timeout(transfer->fd, 1);
	for (tries = 0; tries <= TIMEOUTS_MAX; tries++) {
		from_len = sizeof(from);
		sendto(transfer->fd, transfer->out, (size_t)len, 0,
		    (struct sockaddr *)&to, sizeof(to));
		n = recvfrom(transfer->fd, transfer->in, PACKET_MAX, 0,
		    (struct sockaddr *)&from, &from_len);
		if (n >= 4 && connect(transfer->fd, (struct sockaddr *)&from,
		    from_len) == 0)
			return ((int)n);
		transfer->retries++;
	}
	fail(transfer, "no answer to the request");
	return (-1);
}

static int
request(struct transfer *transfer, int opcode)
{
	char *at = (char *)transfer->out + 2;

	put16(transfer->out, (unsigned)opcode);
	at += sprintf(at, "%s", transfer->name) + 1;
	at += sprintf(at, "octet") + 1;
	if (transfer->blksize != 512) {
		at += sprintf(at, "blksize") + 1;
		at += sprintf(at, "%d", transfer->blksize) + 1;
	}
	if (transfer->window != 1) {
		at += sprintf(at, "windowsize") + 1;
		at += sprintf(at, "%d", transfer->window) + 1;
	}
	at += sprintf(at, "tsize") + 1;
	at += sprintf(at, "%" PRIu64, transfer->size) + 1;
	return ((int)(at - (char *)transfer->out));
}

/* The request and its answer.  Returns the answer's length (of a DATA, an OACK
 * or an ACK), or -1: refused, or not granted as asked. */
static int
begin(struct transfer *transfer, int opcode)
{
	int n = first_answer(transfer, opcode);

	if (n > 0 && get16(transfer->in) == ERROR) {
		fail(transfer, "error %u", get16(transfer->in + 2));
		n = -1;
	}
	if (n > 0 && !granted(transfer, n))
		n = -1;
	if (n == -1)
		close(transfer->fd);
	return (n);
}

static int
granted(struct transfer *transfer, int len)
{
	const char *name = (const char *)transfer->in + 2, *value;
	const char *end = (const char *)transfer->in + len;

	transfer->granted_blksize = 512;
	transfer->granted_window = 1;
	while (get16(transfer->in) == OACK && end[-1] == '\0' && name < end) {
		value = name + strlen(name) + 1;
		if (value >= end)
			break;
		if (strcasecmp(name, "blksize") == 0)
			transfer->granted_blksize = atoi(value);
		if (strcasecmp(name, "windowsize") == 0)
			transfer->granted_window = atoi(value);
		name = value + strlen(value) + 1;
	}
	transfer->unsupported =
	    transfer->granted_blksize != transfer->blksize ||
	    transfer->granted_window != transfer->window;
	return (!transfer->unsupported);
}

/* A packet's length; 0 after a second of silence; -1: it is over, badly. */
static int
receive(struct transfer *transfer)
{
	ssize_t n = recv(transfer->fd, transfer->in, PACKET_MAX, 0);

	if (n < 4)
		return (0);
	if (get16(transfer->in) != ERROR)
		return ((int)n);
	transfer->in[n - 1] = '\0';
	fail(transfer, "error %u: %.80s", get16(transfer->in + 2),
	    (char *)transfer->in + 4);
	return (-1);
}

static int
too_long(struct transfer *transfer, int timeouts)
{
	if (timeouts <= TIMEOUTS_MAX &&
	    load_seconds(transfer->began) < LONGEST_SECONDS)
		return (0);
	fail(transfer, "given up after %" PRIu64 " bytes", transfer->bytes);
	return (1);
}

static void
acknowledge(struct transfer *transfer, unsigned block)
{
	unsigned char ack[4];

	put16(ack, ACK);
	put16(ack + 2, block);
	send(transfer->fd, ack, sizeof(ack), 0);
}

static void
read_file(struct transfer *transfer)
{
	struct reading reading = { .transfer = transfer };
	int n = begin(transfer, RRQ);

	if (n > 0 && get16(transfer->in) == OACK) {
		acknowledge(transfer, 0);
		n = receive(transfer);
	}
	while (n >= 0 && !reading.over &&
	    !too_long(transfer, reading.timeouts)) {
		if (n == 0) {
			reading.timeouts++;
			reading_repeat(&reading);
		} else if (get16(transfer->in) == DATA)
			reading_take(&reading, n);
		if (!reading.over)
			n = receive(transfer);
	}
	close(transfer->fd);
}

/* Say once where we are: the sender goes on from there. */
static void
reading_repeat(struct reading *reading)
{
	reading->transfer->retries++;
	reading->in_window = 0;
	reading->gap = 1;
	acknowledge(reading->transfer, reading->last);
}

static void
reading_take(struct reading *reading, int n)
{
	struct transfer *transfer = reading->transfer;
	unsigned block = get16(transfer->in + 2);
	uint32_t word;
	int i;

	if (block != ((reading->last + 1) & 0xffff)) {
		if (!reading->gap)
			reading_repeat(reading);
		return;
	}
	for (i = 4; i + 4 <= n; i += 4) {
		memcpy(&word, transfer->in + i, sizeof(word));
		transfer->sum += word;
	}
	reading->last = block;
	reading->timeouts = reading->gap = 0;
	reading->in_window++;
	reading->over = n - 4 < transfer->blksize;
	transfer->bytes += (uint64_t)n - 4;
	if (reading->over || reading->in_window == transfer->window) {
		acknowledge(transfer, reading->last);
		reading->in_window = 0;
	}
}

static void
write_file(struct transfer *transfer)
{
	uint64_t blocks = transfer->size / (uint64_t)transfer->blksize + 1;
	uint64_t base = 0, last, step;	/* acknowledged; sent */
	int timeouts = 0, n = begin(transfer, WRQ);

	if (n == -1)
		return;
	memset(transfer->out, 'x', sizeof(transfer->out));
	last = write_window(transfer, base, blocks);
	while (base < blocks && n >= 0 && !too_long(transfer, timeouts)) {
		n = receive(transfer);
		step = (get16(transfer->in + 2) - base) & 0xffff;
		if (n == 0) {
			timeouts++;
			transfer->retries++;
		} else if (n < 0 || get16(transfer->in) != ACK || step == 0 ||
		    step > last - base)
			continue;
		else {
			transfer->retries += base + step < last;
			timeouts = 0;
			base += step;
		}
		last = write_window(transfer, base, blocks);
	}
	transfer->bytes = transfer->size;
	close(transfer->fd);
}

/* Send the blocks after base that fit the window; returns the last of them. */
static uint64_t
write_window(struct transfer *transfer, uint64_t base, uint64_t blocks)
{
	uint64_t blksize = (uint64_t)transfer->blksize, len, last = base;
	int i;

	for (i = 0; i < transfer->window && last < blocks; i++) {
		len = transfer->size - last * blksize;
		if (len > blksize)
			len = blksize;
		last++;
		put16(transfer->out, DATA);
		put16(transfer->out + 2, (unsigned)(last & 0xffff));
		send(transfer->fd, transfer->out, 4 + (size_t)len, 0);
	}
	return (last);
}

static int
many(struct transfer *like, int count)
{
	static pthread_t thread[CLIENTS_MAX];
	struct transfer *all = calloc((size_t)count, sizeof(*all));
	uint64_t began = load_now(), bytes = 0, retries = 0;
	const char *why = "";
	int i, failed = 0;
	double seconds;

	if (all == NULL || count > CLIENTS_MAX)
		load_fail("too many clients");
	for (i = 0; i < count; i++) {
		all[i] = *like;
		if (pthread_create(&thread[i], NULL, read_main, &all[i]) != 0)
			load_fail("pthread_create");
	}
	for (i = 0; i < count; i++) {
		pthread_join(thread[i], NULL);
		bytes += all[i].bytes;
		retries += all[i].retries;
		if (all[i].failed[0] != '\0' || all[i].unsupported) {
			failed++;
			why = all[i].failed;
		}
	}
	seconds = load_seconds(began);
	printf("{\"ok\": %d, \"failed\": %d, \"why\": \"%s\", "
	    "\"mb_s\": %.1f, \"retries\": %" PRIu64 "}\n", count - failed,
	    failed, why, (double)bytes / 1e6 / seconds, retries);
	free(all);
	return (0);
}

static void *
read_main(void *arg)
{
	struct transfer *transfer = arg;

	transfer->began = load_now();
	read_file(transfer);
	return (NULL);
}
