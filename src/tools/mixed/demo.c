/* demo.c - what fil-mixedd --demo makes.
 * See also: tools/mixed/demo.h, tests/system/mixed_demo.py */
#include "tools/mixed/demo.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/random.h"
#include "base/wipe.h"
#include "net/tls_demo.h"
#include "serve/password.h"

#define PASSWORD_LETTERS	12	/* of 32: 60 bits */
#define PASSWORD_SIZE		(PASSWORD_LETTERS + 1)

static int is_localhost(const struct address *);
static int make_account(const struct demo *, const char *, struct cause *);
static int make_folder(struct demo *, struct cause *);
static int make_password(char *);
static int port_of(const struct server *, enum endpoint_kind);
static int write_line(const char *, const char *, struct cause *);

static const char *const accounts[] = { "pc3", "pc4" };
static const char *const others[] = { "ca.pem", "server.pem", "server.key",
    "users" };

static const char path_letters[] = "abcdefghijklmnopqrstuvwxyz"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+";

#define COUNT(table)	(sizeof(table) / sizeof((table)[0]))

int
demo_make(struct demo *demo, struct cause *cause)
{
	if (make_folder(demo, cause) == -1)
		return (-1);
	if (tls_demo_write(demo->dir, cause) == -1 ||
	    make_account(demo, accounts[0], cause) == -1 ||
	    make_account(demo, accounts[1], cause) == -1) {
		demo_remove(demo);
		return (-1);
	}
	return (0);
}

int
demo_explain(const struct demo *demo, const struct server *server,
    struct cause *cause)
{
	int tls = port_of(server, ENDPOINT_TLS);
	int udp = port_of(server, ENDPOINT_UDP);

	if (tls == 0) {
		cause_said(cause, "--demo", N_("its certificate is for "
		    "localhost, and the server does not listen there"), NULL);
		return (-1);
	}
	printf(_("\nA demonstration: until this server ends, in %s,\n"
	    "a certificate and two accounts.  In two other terminals:\n"),
	    demo->dir);
	for (size_t i = 0; i < COUNT(accounts); i++) {
		printf("\n    fil-mixed --tls --port %d --ca %s/ca.pem \\\n"
		    "        --login %s --password-file %s/%s", tls,
		    demo->dir, accounts[i], demo->dir, accounts[i]);
		if (udp != 0)
			printf(" \\\n        --udp-port %d", udp);
		putchar('\n');
	}
	printf("%s\n", _("\nand type a line in each; /help tells of more."));
	fflush(stdout);
	return (0);
}

void
demo_remove(const struct demo *demo)
{
	char path[2 * DEMO_PATH_SIZE];

	if (demo->dir[0] == '\0')
		return;
	for (size_t i = 0; i < COUNT(others) + COUNT(accounts); i++) {
		snprintf(path, sizeof(path), "%s/%s", demo->dir,
		    i < COUNT(others) ? others[i] :
		    accounts[i - COUNT(others)]);
		unlink(path);
	}
	rmdir(demo->dir);
}

static int
make_folder(struct demo *demo, struct cause *cause)
{
	const char *parent = getenv("TMPDIR");
	int len;

	/* The commands that name it are pasted into a shell. */
	if (parent == NULL || parent[0] == '\0' ||
	    strspn(parent, path_letters) != strlen(parent))
		parent = "/tmp";
	/* Room for the longest name below it, too. */
	len = snprintf(demo->dir, sizeof(demo->dir), "%s/fil-mixedd.XXXXXX",
	    parent);
	if (len + (int)sizeof("/server.pem") > DEMO_PATH_SIZE) {
		demo->dir[0] = '\0';
		cause_errno(cause, "mkdtemp", ENAMETOOLONG, parent);
		return (-1);
	}
	if (mkdtemp(demo->dir) == NULL) {
		cause_errno(cause, "mkdtemp", errno, demo->dir);
		demo->dir[0] = '\0';
		return (-1);
	}
	snprintf(demo->cert, sizeof(demo->cert), "%.*s/server.pem", len,
	    demo->dir);
	snprintf(demo->key, sizeof(demo->key), "%.*s/server.key", len,
	    demo->dir);
	snprintf(demo->users, sizeof(demo->users), "%.*s/users", len,
	    demo->dir);
	return (0);
}

/* The password goes into a file of the account's name, for --password-file;
 * its hash into the users file. */
static int
make_account(const struct demo *demo, const char *name, struct cause *cause)
{
	char password[PASSWORD_SIZE], hash[PASSWORD_HASH_SIZE];
	char path[2 * DEMO_PATH_SIZE], line[PASSWORD_HASH_SIZE + 32];
	int result = -1;

	snprintf(path, sizeof(path), "%s/%s", demo->dir, name);
	if (make_password(password) == -1)
		cause_errno(cause, "getrandom", errno, NULL);
	else if (password_hash(password, hash, cause) == 0 &&
	    write_line(path, password, cause) == 0) {
		snprintf(line, sizeof(line), "%s:%s", name, hash);
		result = write_line(demo->users, line, cause);
	}
	wipe(password, sizeof(password));
	return (result);
}

/* Letters and digits that nobody takes for one another. */
static int
make_password(char *password)
{
	static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
	unsigned char random[PASSWORD_LETTERS];

	if (random_fill(random, sizeof(random)) == -1)
		return (-1);
	for (size_t i = 0; i < PASSWORD_LETTERS; i++)
		password[i] = letters[random[i] % 32];
	password[PASSWORD_LETTERS] = '\0';
	return (0);
}

static int
write_line(const char *path, const char *line, struct cause *cause)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	size_t len = strlen(line);
	int failed;

	if (fd == -1) {
		cause_errno(cause, "open", errno, path);
		return (-1);
	}
	errno = ENOSPC;			/* of a write that comes short */
	failed = write(fd, line, len) != (ssize_t)len ||
	    write(fd, "\n", 1) != 1;
	if (failed)
		cause_errno(cause, "write", errno, path);
	close(fd);
	return (failed ? -1 : 0);
}

/* The port on localhost; 0: it does not listen so. */
static int
port_of(const struct server *server, enum endpoint_kind kind)
{
	for (size_t i = 0; i < server->endpoints_len; i++) {
		const struct endpoint *endpoint = &server->endpoints[i];

		if (endpoint->kind == kind && is_localhost(&endpoint->addr))
			return (address_port(&endpoint->addr));
	}
	return (0);
}

/* 127.0.0.1, ::1, or everywhere: not 127.0.0.2. */
static int
is_localhost(const struct address *addr)
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)&addr->sa;

	if (address_is_wildcard(addr) || addr->sa.sa_family == AF_INET6)
		return (address_is_wildcard(addr) ||
		    address_is_loopback(addr));
	return (four->sin_addr.s_addr == htonl(INADDR_LOOPBACK));
}
