/* thread_ftp.c - FTP: a thread a session, and nothing that can be left out.
 * thread_ftp PORT FOLDER
 * No log, no confinement, no time-outs, no checks of names, bounds of nothing:
 * what a data connection a file and a thread a session cost at least.  Sessions
 * in the clear; USER, PASS, PASV, RETR, STOR, LIST and QUIT.
 * Ref: RFC 959.   See also: contenders/ftpd.py */
#define _GNU_SOURCE			/* accept4 */

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../load/load.h"

enum { PIECE_SIZE = 256 * 1024, LINE_SIZE = 1024,
    SMALL_SIZE = 16 * 1024 };

struct session {
	int	fd;
	int	listen_fd;		/* for the next data connection */
	int	folder;
	unsigned dice;
	size_t	have;			/* of in */
	char	in[LINE_SIZE];
};

static int	root;

static int	 data_accept(struct session *);
static void	 data_end(struct session *, int);
static void	 list(struct session *);
static void	 list_entry(FILE *, int, const struct dirent *);
static void	 passive(struct session *);
static int	 read_command(struct session *);
static void	 reply(struct session *, const char *);
static void	 retrieve(struct session *, const char *);
static void	*session_main(void *);
static void	 store(struct session *, const char *);

int
main(int argc, char *argv[])
{
	if (argc != 3 || (root = open(argv[2], O_RDONLY | O_DIRECTORY)) == -1)
		load_fail("usage: thread_ftp PORT FOLDER");
	load_serve((int)load_number(argv[1]), session_main);
}

static void *
session_main(void *arg)
{
	struct session session = { .fd = (int)(intptr_t)arg, .listen_fd = -1,
	    .folder = root, .dice = (unsigned)load_now() };

	reply(&session, "220 ready\r\n");
	while (read_command(&session) == 0) {
		char *name = strchr(session.in, ' ');

		name = name != NULL ? name + 1 : session.in;
		if (strncmp(session.in, "USER", 4) == 0)
			reply(&session, "331 anything\r\n");
		else if (strncmp(session.in, "PASS", 4) == 0)
			reply(&session, "230 in\r\n");
		else if (strncmp(session.in, "PASV", 4) == 0)
			passive(&session);
		else if (strncmp(session.in, "CWD", 3) == 0) {
			session.folder = openat(root, name + 1, O_RDONLY);
			reply(&session, "250 there\r\n");
		} else if (strncmp(session.in, "RETR", 4) == 0)
			retrieve(&session, name + 1);
		else if (strncmp(session.in, "STOR", 4) == 0)
			store(&session, name + 1);
		else if (strncmp(session.in, "LIST", 4) == 0)
			list(&session);
		else
			reply(&session, "200 well\r\n");
	}
	if (session.folder != root)
		close(session.folder);
	close(session.fd);
	return (NULL);
}

static int
read_command(struct session *session)
{
	char *end;
	ssize_t n;

	session->have = 0;
	do {
		n = recv(session->fd, session->in + session->have,
		    LINE_SIZE - 1 - session->have, 0);
		if (n <= 0)
			return (-1);
		session->have += (size_t)n;
		session->in[session->have] = '\0';
	} while ((end = strchr(session->in, '\r')) == NULL);
	*end = '\0';
	return (strcmp(session->in, "QUIT") == 0 ? -1 : 0);
}

static void
reply(struct session *session, const char *line)
{
	load_send_all(session->fd, line, strlen(line));
}

/* Any free port; but the kernel's own choice avoids each that a connection has
 * just left, and there are only 28,000. */
static void
passive(struct session *session)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int on = 1, port;
	char line[64];

	session->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(session->listen_fd, SOL_SOCKET, SO_REUSEADDR, &on,
	    sizeof(on));
	do {
		port = 32768 + rand_r(&session->dice) % 28000;
		at.sin_port = htons((uint16_t)port);
	} while (bind(session->listen_fd, (struct sockaddr *)&at,
	    sizeof(at)) == -1 || listen(session->listen_fd, 1) == -1);
	snprintf(line, sizeof(line), "227 at (127,0,0,1,%d,%d)\r\n", port >> 8,
	    port & 255);
	reply(session, line);
}

static int
data_accept(struct session *session)
{
	int fd = accept4(session->listen_fd, NULL, NULL, SOCK_CLOEXEC);

	close(session->listen_fd);
	return (fd);
}

static void
data_end(struct session *session, int data)
{
	close(data);
	reply(session, "226 done\r\n");
}

/* A small file's two replies are one: a packet less. */
static void
retrieve(struct session *session, const char *name)
{
	int data = data_accept(session);
	int fd = openat(root, name, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char buf[SMALL_SIZE];
	ssize_t n;

	if (fd == -1 || fstat(fd, &st) == -1)
		reply(session, "550 no\r\n");
	else if (st.st_size > SMALL_SIZE) {
		reply(session, "150 here\r\n");
		while (sendfile(data, fd, NULL, 1 << 30) > 0)
			;
		data_end(session, data);
		data = -1;
	} else {
		n = read(fd, buf, sizeof(buf));
		load_send_all(data, buf, n > 0 ? (size_t)n : 0);
		close(data);
		data = -1;
		reply(session, "150 here\r\n226 done\r\n");
	}
	if (data != -1)
		close(data);
	close(fd);
}

static void
store(struct session *session, const char *name)
{
	int data = data_accept(session);
	int fd = openat(root, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0644);
	char *piece = malloc(PIECE_SIZE);
	ssize_t n;

	reply(session, "150 here\r\n");
	while ((n = recv(data, piece, PIECE_SIZE, 0)) > 0)
		if (write(fd, piece, (size_t)n) != n)
			break;
	free(piece);
	close(fd);
	data_end(session, data);
}

static void
list(struct session *session)
{
	int data = data_accept(session);
	DIR *folder = fdopendir(openat(session->folder, ".", O_RDONLY));
	FILE *out = fdopen(data, "w");
	struct dirent *entry;
	char *buf = malloc(PIECE_SIZE);

	setvbuf(out, buf, _IOFBF, PIECE_SIZE);
	reply(session, "150 here\r\n");
	while ((entry = readdir(folder)) != NULL)
		if (entry->d_name[0] != '.')
			list_entry(out, dirfd(folder), entry);
	closedir(folder);
	fclose(out);
	free(buf);
	reply(session, "226 done\r\n");
}

static void
list_entry(FILE *out, int folder, const struct dirent *entry)
{
	struct stat st;

	if (fstatat(folder, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return;
	fprintf(out, "-rw-r--r-- 1 ftp ftp %jd Jan  1 00:00 %s\r\n",
	    (intmax_t)st.st_size, entry->d_name);
}
