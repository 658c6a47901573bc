/* session.c - one client of fil-ftpd: its control connection.
 * See also: tools/ftpd/session.h, tests/system/ftpd.py */
#include "tools/ftpd/session.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "base/wipe.h"
#include "proto/ftp_list.h"
#include "tools/ftpd/commands.h"
#include "tools/ftpd/login.h"

#define REPLY_SIZE	512		/* a line of ours, cut there */

static int session_answer_now(struct session *, const char *, uint64_t);
static void session_begin(struct session *, struct client *, struct ftpd *);
static int session_begin_tls(struct session *);
static void session_end(struct session *);
static char *session_copy(struct session *, const char *, size_t);
static char *session_next(struct session *, size_t *);
static char *session_next_kept(struct session *, size_t *);
static ssize_t session_recv(struct session *, char *, size_t);
static int session_take_heard(struct session *, char *, size_t, uint64_t);
static void session_told(const struct session *, const char *);

void
session_serve(struct client *client, void *ftpd)
{
	struct session session;
	char *line;
	size_t len;

	session_begin(&session, client, ftpd);
	if ((client->encrypted || session.ftpd->options->implicit_tls) &&
	    session_begin_tls(&session) == -1)
		session.leaving = 1;
	else
		session_reply(&session, FTP_220_READY, "fil-ftpd");
	while (!session.leaving &&
	    (line = session_next(&session, &len)) != NULL) {
		client_set_state(client, CLIENT_WORKING);
		commands_obey(&session, line, len);
		wipe(line, len);
	}
	session_end(&session);
}

/* Not the buffers before client: to zero them would touch, and cost, five
 * pages. */
static void
session_begin(struct session *session, struct client *client,
    struct ftpd *ftpd)
{
	int on = 1;

	memset((char *)session + offsetof(struct session, client), 0,
	    sizeof(*session) - offsetof(struct session, client));
	session->client = client;
	session->ftpd = ftpd;
	session->login.root_fd = -1;
	session->ascii = 1;		/* RFC 959 5.1 */
	session->facts = FTP_FACTS_ALL;
	session->login_deadline = clock_deadline(SESSION_LOGIN_MS);
	session->local.len = sizeof(session->local.storage);
	getsockname(client->stream.fd, &session->local.sa,
	    &session->local.len);
	data_init(&session->data);
	line_reader_init(&session->reader, session->line_buf,
	    sizeof(session->line_buf));
	/* RFC 959: the data mark before ABOR comes as urgent data. */
	setsockopt(client->stream.fd, SOL_SOCKET, SO_OOBINLINE, &on,
	    sizeof(on));
	session_told(session, N_("connection from %s"));
}

/* From the first byte: --implicit-tls, or a socket that was handed down with
 * the name tls. */
static int
session_begin_tls(struct session *session)
{
	session->private = 1;
	client_set_state(session->client, CLIENT_HANDSHAKE);
	return (login_begin_tls(session));
}

static void
session_end(struct session *session)
{
	int silent = session->gone && !client_is_dismissed(session->client);

	data_close(&session->data);
	session_told(session, client_is_dismissed(session->client) ?
	    N_("client %s dismissed: the server stops") :
	    N_("client %s left"));
	if (!session->leaving && !silent)
		session_reply(session, FTP_421_CLOSING,
		    client_is_dismissed(session->client) ?
		    "The server stops" : "Closing: too long without a word");
	session_flush(session);
	login_end(session);
	tls_family_fini(&session->family);
	if (session->lost == 0 && !silent)
		client_hang_up(session->client);
	/* The stack is the next client's, and these may hold a password. */
	wipe(session->line_buf, sizeof(session->line_buf));
	wipe(session->kept, session->kept_end);
}

static void
session_told(const struct session *session, const char *format)
{
	char who[ADDRESS_TEXT_SIZE];

	if (!log_shows(LOG_LEVEL_EVENT))
		return;
	address_format(&session->client->peer, who, sizeof(who));
	log_line(LOG_LEVEL_EVENT, _(format), who);
}

/* The next line, with room for a NUL behind it; NULL: there is none any more.
 * It is good until the next one, whatever is heard meanwhile. */
static char *
session_next(struct session *session, size_t *len)
{
	enum line_result result;
	const char *found;

	if (session->kept_begin != session->kept_end)
		return (session_next_kept(session, len));
	while ((result = line_reader_next(&session->reader, &found, len)) ==
	    LINE_NONE) {
		size_t size;
		char *space;
		ssize_t n;

		if (session->gone || session_flush(session) == -1)
			return (NULL);
		client_set_state(session->client, CLIENT_RECEIVING);
		space = line_reader_space(&session->reader, &size);
		n = session_recv(session, space, size);
		if (n == 0)
			session->gone = 1;
		if (n <= 0)
			return (NULL);
		client_count(session->client, (size_t)n, 0);
		line_reader_filled(&session->reader, (size_t)n);
	}
	if (result == LINE_READY && *len <= FTP_LINE_MAX) {
		char *line = session_copy(session, found, *len);

		/* It may have held a password; the copy is wiped once it is
		 * obeyed. */
		wipe(session->line_buf + (found - session->line_buf), *len);
		return (line);
	}
	/* No command: it is counted among the bad ones. */
	commands_too_long(session);
	return (session->leaving ? NULL : session_next(session, len));
}

static char *
session_copy(struct session *session, const char *line, size_t len)
{
	char *copy = len < sizeof(session->line_short) ? session->line_short :
	    session->line_long;

	memcpy(copy, line, len);
	return (copy);
}

/* Once logged in, the socket's own time-out is the idle clock: one call. */
static ssize_t
session_recv(struct session *session, char *space, size_t size)
{
	struct stream *stream = &session->client->stream;
	int64_t idle_ms = session->client->server->options->idle_timeout_ms;
	int64_t deadline = clock_deadline(idle_ms);

	if (session->login.done)
		return (stream_recv(stream, space, size));
	if (session->login_deadline < deadline)
		deadline = session->login_deadline;
	return (stream_recv_within(stream, space, size, deadline));
}

static char *
session_next_kept(struct session *session, size_t *len)
{
	char *line, *begin = session->kept + session->kept_begin;
	const char *end = memchr(begin, '\n', session->kept_end -
	    session->kept_begin);

	*len = (size_t)(end - begin);
	session->kept_begin += *len + 1;
	if (session->kept_begin == session->kept_end)
		session->kept_begin = session->kept_end = 0;
	line = session_copy(session, begin, *len);
	wipe(begin, *len);
	return (line);
}

int
session_can_hear(const struct session *session)
{
	return (!session->gone &&
	    SESSION_KEPT_SIZE - session->kept_end > FTP_LINE_MAX);
}

int
session_hear(struct session *session, uint64_t so_far)
{
	enum line_result result;
	const char *line;
	size_t len, size;
	int answer = 0;

	while (answer == 0 && session_can_hear(session)) {
		char *space;
		ssize_t n;

		result = line_reader_next(&session->reader, &line, &len);
		if (result != LINE_NONE) {
			answer = session_take_heard(session, session->line_buf +
			    (line - session->line_buf),
			    result == LINE_READY ? len : SIZE_MAX, so_far);
			continue;
		}
		space = line_reader_space(&session->reader, &size);
		n = stream_recv_now(&session->client->stream, space, size);
		if (n == -1 && errno == EAGAIN)
			return (0);
		if (n <= 0) {
			/* After QUIT it may leave; else nobody is there. */
			session->gone = 1;
			return (session->leaving ? 0 : -1);
		}
		client_count(session->client, (size_t)n, 0);
		line_reader_filled(&session->reader, (size_t)n);
	}
	return (answer);
}

/* len SIZE_MAX: a line too long.  Returns as session_hear. */
static int
session_take_heard(struct session *session, char *line, size_t len,
    uint64_t so_far)
{
	struct ftp_command command = { .verb = "" };
	char copy[FTP_LINE_MAX + 1];
	int is_bare;

	if (len > FTP_LINE_MAX)
		len = 0;
	memcpy(copy, line, len);
	is_bare = len > 0 && ftp_command_parse(&command, copy, len) ==
	    FTP_COMMAND_GOOD && command.argument_len == 0;
	wipe(copy, len);
	if (is_bare) {
		if (strcmp(command.verb, "ABOR") == 0)
			return (1);
		if (session->transferring && session->kept_end == 0 &&
		    session_answer_now(session, command.verb, so_far))
			return (session_flush(session));
	}
	if (session->leaving)
		return (0);
	memcpy(session->kept + session->kept_end, line, len);
	session->kept_end += len;
	session->kept[session->kept_end++] = '\n';
	return (0);
}

/* What is answered while a transfer goes on; 0: nothing else. */
static int
session_answer_now(struct session *session, const char *verb, uint64_t so_far)
{
	if (strcmp(verb, "STAT") == 0) {
		session_reply(session, FTP_211_STATUS, "%ju bytes so far",
		    (uintmax_t)so_far);
		return (1);
	}
	if (strcmp(verb, "QUIT") != 0)
		return (0);
	session_reply(session, FTP_221_GOODBYE, "Goodbye");
	session->leaving = 1;
	return (1);
}

/* Written where it leaves from: what is on the stack here would be touched, and
 * kept, by every idle session. */
void
session_reply(struct session *session, enum ftp_code code, const char *format,
    ...)
{
	char *line = session->out + session->out_len;
	va_list args;
	int len;

	if (sizeof(session->out) - session->out_len < REPLY_SIZE) {
		session_flush(session);
		line = session->out;
	}
	len = snprintf(line, REPLY_SIZE, "%d ", (int)code);
	va_start(args, format);
	len += vsnprintf(line + len, REPLY_SIZE - 2 - (size_t)len, format,
	    args);
	va_end(args);
	if (len > REPLY_SIZE - 3)
		len = REPLY_SIZE - 3;
	memcpy(line + len, "\r\n", 2);
	session->out_len += (size_t)len + 2;
}

void
session_reply_more(struct session *session, enum ftp_code code,
    const char *text)
{
	char begin[8];

	session_write(session, begin, (size_t)snprintf(begin, sizeof(begin),
	    "%d-", (int)code));
	session_write(session, text, strlen(text));
	session_write(session, "\r\n", 2);
}

void
session_text(struct session *session, const char *text)
{
	session_write(session, " ", 1);
	session_write(session, text, strlen(text));
	session_write(session, "\r\n", 2);
}

const char *
session_cwd(const struct session *session)
{
	return (session->away ? session->cwd : "");
}

void
session_go(struct session *session, const char *path)
{
	session->away = path[0] != '\0';
	if (session->away)
		memmove(session->cwd, path, strlen(path) + 1);
}

void
session_write(struct session *session, const char *bytes, size_t len)
{
	while (len > 0 && session->lost == 0) {
		size_t room = sizeof(session->out) - session->out_len;
		size_t n = len < room ? len : room;

		memcpy(session->out + session->out_len, bytes, n);
		session->out_len += n;
		bytes += n;
		len -= n;
		if (session->out_len == sizeof(session->out))
			session_flush(session);
	}
}

int
session_flush(struct session *session)
{
	size_t len = session->out_len;

	session->out_len = 0;
	if (len > 0 && session->lost == 0) {
		client_set_state(session->client, CLIENT_SENDING);
		if (stream_send_all(&session->client->stream, session->out,
		    len) == -1)
			session->lost = errno;
		client_count(session->client, 0, len);
	}
	if (session->lost == 0)
		return (0);
	errno = session->lost;
	return (-1);
}

void
session_reply_errno(struct session *session, int error)
{
	static const struct {
		int		 error;
		enum ftp_code	 code;
		const char	*text;
	} rows[] = {
		{ ENOENT, FTP_550_FILE_UNAVAILABLE, "No such file or folder" },
		{ ENOTDIR, FTP_550_FILE_UNAVAILABLE, "Not a folder" },
		{ EISDIR, FTP_550_FILE_UNAVAILABLE, "A folder" },
		{ EEXIST, FTP_550_FILE_UNAVAILABLE, "It exists already" },
		{ ENOTEMPTY, FTP_550_FILE_UNAVAILABLE, "Not empty" },
		{ EACCES, FTP_550_FILE_UNAVAILABLE, "Permission denied" },
		{ EPERM, FTP_550_FILE_UNAVAILABLE, "Permission denied" },
		{ EXDEV, FTP_550_FILE_UNAVAILABLE, "Permission denied" },
		{ ELOOP, FTP_550_FILE_UNAVAILABLE, "Permission denied" },
		{ EROFS, FTP_550_FILE_UNAVAILABLE, "Nothing can be written" },
		{ ENAMETOOLONG, FTP_553_BAD_NAME, "The name is too long" },
		{ EINVAL, FTP_550_FILE_UNAVAILABLE, "Not possible" },
		{ EBUSY, FTP_450_FILE_BUSY, "In use" },
		{ ENOSPC, FTP_452_NO_SPACE, "The disk is full" },
		{ EDQUOT, FTP_452_NO_SPACE, "The quota is used up" },
		{ EFBIG, FTP_552_TOO_LARGE, "Too large" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].error == error) {
			session_reply(session, rows[i].code, "%s",
			    rows[i].text);
			return;
		}
	session_reply(session, FTP_451_LOCAL_ERROR, "The server cannot do it");
}
