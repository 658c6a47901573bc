/* store.c - STOR, STOU, APPE: a file from the client.
 * See also: tools/ftpd/commands.h, serve/upload.h,
 * tests/system/ftpd_hostile.py */
#include "tools/ftpd/commands.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.h"
#include "base/write_all.h"
#include "net/recv_file.h"
#include "proto/ftp_ascii.h"
#include "serve/upload.h"
#include "tools/ftpd/place.h"
#include "tools/ftpd/transfer.h"
#include "tools/ftpd/xferlog.h"

#define PIECE_SIZE	32768
#define PIPE_SIZE	(1024 * 1024)
#define MOVED_FROM	(256 * 1024)	/* a pipe is worth it from here on */

static int begin(struct session *, struct upload *, const char *,
    enum upload_policy);
static int exists(struct session *, const char *);
static void go_on(struct session *, const char *, uint64_t);
static int receive(struct transfer *, struct upload *);
static int receive_moved(struct transfer *, struct upload *);
static ssize_t receive_some(struct transfer *, char *, size_t);
static uint64_t room_left(const struct transfer *, const struct upload *);
static void store(struct session *, struct upload *, const char *,
    const char *);

void
command_stor(struct session *session, const char *name)
{
	uint64_t offset = command_take_rest(session);
	int may_replace = !session->login.anonymous;
	char path[CONFINE_PATH_SIZE];
	struct upload upload;

	if (place_take_new(session, name, path) == -1)
		return;
	if (offset > 0 && session->ascii)
		session_reply(session, FTP_504_BAD_PARAMETER,
		    "REST needs TYPE I");
	else if (offset > 0 && !may_replace)
		session_reply_errno(session, EACCES);
	else if (offset > 0)
		go_on(session, path, offset);
	else if (begin(session, &upload, path,
	    may_replace ? UPLOAD_OVERWRITE : UPLOAD_CREATE) == 0)
		store(session, &upload, path, "Go on");
}

void
command_appe(struct session *session, const char *name)
{
	char path[CONFINE_PATH_SIZE];
	struct upload upload;

	command_take_rest(session);
	if (place_take_new(session, name, path) == -1)
		return;
	if (exists(session, path))
		go_on(session, path, UINT64_MAX);
	else if (begin(session, &upload, path, UPLOAD_OVERWRITE) == 0)
		store(session, &upload, path, "Go on");
}

/* RFC 959: the server finds a name that nobody has, and tells it. */
void
command_stou(struct session *session, const char *argument)
{
	char name[32], text[64], path[CONFINE_PATH_SIZE];
	struct upload upload;
	uint64_t random;

	(void)argument;
	command_take_rest(session);
	if (random_fill(&random, sizeof(random)) == -1) {
		session_reply_errno(session, errno);
		return;
	}
	snprintf(name, sizeof(name), "ftp-%016" PRIx64, random);
	if (place_take_new(session, name, path) == 0 &&
	    begin(session, &upload, path, UPLOAD_CREATE) == 0) {
		/* RFC 1123 4.1.2.9: in these words. */
		snprintf(text, sizeof(text), "FILE: %s", name);
		store(session, &upload, path, text);
	}
}

/* Returns 0, or -1 when that was replied. */
static int
begin(struct session *session, struct upload *upload, const char *path,
    enum upload_policy policy)
{
	if (upload_open(upload, session->login.root_fd, path, policy) == 0)
		return (0);
	session_reply_errno(session, errno);
	return (-1);
}

/* What an earlier upload left. */
static void
go_on(struct session *session, const char *path, uint64_t offset)
{
	struct upload upload;

	if (upload_open_in_place(&upload, session->login.root_fd, path,
	    offset) == 0)
		store(session, &upload, path, "Go on");
	else if (errno == EINVAL)
		session_reply(session, FTP_554_BAD_RESTART,
		    "REST is beyond the file's end");
	else
		session_reply_errno(session, errno);
}

/* What remains of the three; ends the upload. */
static void
store(struct session *session, struct upload *upload, const char *path,
    const char *text)
{
	struct transfer transfer;
	int error = 0;

	if (transfer_begin(&transfer, session, TRANSFER_RECEIVES, text) ==
	    -1) {
		upload_discard(upload);
		return;
	}
	/* Before the 226: then it is there, or nothing is. */
	if (receive(&transfer, upload) == -1) {
		error = errno;
		upload_discard(upload);
	} else if (upload_publish(upload,
	    session->ftpd->options->durable) == -1)
		error = errno;
	error = transfer_end(&transfer, error);
	xferlog_write(&transfer, path, error == 0);
}

/* The beginning is read and written; what turns out to be large, and needs no
 * change on the way, the kernel moves. */
static int
receive(struct transfer *transfer, struct upload *upload)
{
	int ascii = transfer->session->ascii;
	char wire[PIECE_SIZE], text[PIECE_SIZE + 1];
	int after_cr = 0;
	ssize_t n;

	while ((n = receive_some(transfer, wire, sizeof(wire))) > 0) {
		size_t len = ascii ? ftp_ascii_decode(text, wire, (size_t)n,
		    &after_cr) : (size_t)n;

		if ((uint64_t)n > room_left(transfer, upload)) {
			errno = EFBIG;
			return (-1);
		}
		if (write_all(upload->fd, ascii ? text : wire, len) < len ||
		    transfer_moved(transfer, (size_t)n) == -1)
			return (-1);
		if (!ascii && transfer->stream->tls == NULL &&
		    transfer->bytes >= MOVED_FROM &&
		    (n = (ssize_t)receive_moved(transfer, upload)) <= 0)
			break;
	}
	if (n == 0 && after_cr)
		return (write_all(upload->fd, "\r", 1) == 1 ? 0 : -1);
	return ((int)n);
}

/* Returns 0 at the end, -1 with errno, or 1: there is no way to do so, or no
 * room for more. */
static int
receive_moved(struct transfer *transfer, struct upload *upload)
{
	struct splice_pipe pipe;
	ssize_t n = 1;
	uint64_t room;

	if (splice_pipe_open(&pipe, PIPE_SIZE) == -1)
		return (1);
	while (n > 0 && (room = room_left(transfer, upload)) > 0) {
		n = recv_file(transfer->stream->fd, &pipe, upload->fd,
		    room < transfer->step ? (size_t)room : transfer->step);
		if (n == -1 && errno == EAGAIN)
			n = transfer_wait(transfer, POLLIN) == -1 ? -1 : 1;
		else if (n > 0 && transfer_moved(transfer, (size_t)n) == -1)
			n = -1;
	}
	splice_pipe_close(&pipe);
	return ((int)n);
}

/* How much the file may still grow. */
static uint64_t
room_left(const struct transfer *transfer, const struct upload *upload)
{
	uint64_t most = (uint64_t)
	    transfer->session->ftpd->options->max_file_size;
	uint64_t len = upload->begun_at + transfer->bytes;

	if (most == 0)
		return (UINT64_MAX);
	return (len < most ? most - len : 0);
}

/* At least one byte; 0 at the end: the client's FIN, or its close_notify. */
static ssize_t
receive_some(struct transfer *transfer, char *buf, size_t size)
{
	for (;;) {
		ssize_t n = stream_recv_now(transfer->stream, buf,
		    transfer->step < size ? transfer->step : size);

		if (n != -1 || errno != EAGAIN)
			return (n);
		if (transfer_wait(transfer, POLLIN) == -1)
			return (-1);
	}
}

static int
exists(struct session *session, const char *path)
{
	int fd = confine_look(session->login.root_fd, path);

	if (fd != -1)
		close(fd);
	return (fd != -1);
}
