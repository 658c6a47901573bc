/* retrieve.c - RETR: a file to the client.
 * See also: tools/ftpd/commands.h, tools/ftpd/transfer.h,
 * tests/system/ftpd.py */
#include "tools/ftpd/commands.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/send_file.h"
#include "proto/ftp_ascii.h"
#include "tools/ftpd/place.h"
#include "tools/ftpd/transfer.h"
#include "tools/ftpd/xferlog.h"

#define TEXT_SIZE	8192

static int begin(struct transfer *, struct session *, uint64_t);
static int open_file(struct session *, const char *, struct stat *);
static int send_ascii(struct transfer *, int);
static int send_binary(struct transfer *, int, off_t, off_t);

void
command_retr(struct session *session, const char *name)
{
	uint64_t offset = command_take_rest(session);
	char path[CONFINE_PATH_SIZE];
	struct transfer transfer;
	struct stat st;
	int fd, error = 0;

	if (place_take(session, name, path) == -1 ||
	    (fd = open_file(session, path, &st)) == -1)
		return;
	if (offset > (uint64_t)st.st_size)
		session_reply(session, FTP_554_BAD_RESTART,
		    "REST is beyond the file's end");
	else if (offset > 0 && session->ascii)
		session_reply(session, FTP_504_BAD_PARAMETER,
		    "REST needs TYPE I");
	else if (begin(&transfer, session, (uint64_t)st.st_size - offset) ==
	    0) {
		if ((session->ascii ? send_ascii(&transfer, fd) :
		    send_binary(&transfer, fd, (off_t)offset, st.st_size)) ==
		    -1)
			error = errno;
		error = transfer_end(&transfer, error);
		xferlog_write(&transfer, path, error == 0);
	}
	close(fd);
}

/* Clients look for the size in these words. */
static int
begin(struct transfer *transfer, struct session *session, uint64_t size)
{
	char text[64];

	snprintf(text, sizeof(text), "Here it comes (%ju bytes)",
	    (uintmax_t)size);
	return (transfer_begin(transfer, session, TRANSFER_SENDS, text));
}

static int
open_file(struct session *session, const char *path, struct stat *st)
{
	int fd = place_open(session, path, O_RDONLY);

	if (fd == -1)
		return (-1);
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode))
		return (fd);
	session_reply_errno(session, EISDIR);
	close(fd);
	return (-1);
}

/* The kernel copies; this thread only says how much, and looks in between
 * whether the client has something to say. */
static int
send_binary(struct transfer *transfer, int fd, off_t offset, off_t size)
{
	/* The last bytes and the end go in one segment, too. */
	stream_send_much(transfer->stream);
	while (offset < size) {
		off_t left = size - offset;
		ssize_t n = stream_send_file(transfer->stream, fd, &offset,
		    left < (off_t)transfer->step ? (size_t)left :
		    transfer->step);

		if (n == -1 && errno == EAGAIN) {
			if (transfer_wait(transfer, POLLOUT) == -1)
				return (-1);
			continue;
		}
		if (n == 0)
			errno = EIO;	/* it became shorter: say so */
		if (n <= 0 || transfer_moved(transfer, (size_t)n) == -1)
			return (-1);
	}
	return (0);
}

static int
send_ascii(struct transfer *transfer, int fd)
{
	char text[TEXT_SIZE], wire[2 * TEXT_SIZE];
	ssize_t n;

	while ((n = read(fd, text, transfer->step < sizeof(text) ?
	    transfer->step : sizeof(text))) > 0)
		if (transfer_send(transfer, wire,
		    ftp_ascii_encode(wire, text, (size_t)n)) == -1)
			return (-1);
	return (n == 0 ? 0 : -1);
}
