/* netrc.c - who we are at which server, as ~/.netrc has it.
 * See also: tools/ftp/netrc.h, tests/check_ftp_netrc.c */
#include "tools/ftp/netrc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/wipe.h"

#define FILE_MAX	65536
#define TOKEN_SIZE	SECRET_SIZE

static int next_token(const char **, char[TOKEN_SIZE]);
static ssize_t read_file(const char *, char *, int *, struct cause *);
static int read_login(const char **, struct netrc_login *);
static void skip_macro(const char **);

int
netrc_search(const char *text, const char *host, const char *user,
    struct netrc_login *login)
{
	char token[TOKEN_SIZE];

	while (next_token(&text, token)) {
		int is_ours;

		if (strcmp(token, "macdef") == 0) {
			skip_macro(&text);
			continue;
		}
		if (strcmp(token, "machine") == 0) {
			if (!next_token(&text, token))
				break;
			is_ours = strcasecmp(token, host) == 0;
		} else if (strcmp(token, "default") == 0) {
			is_ours = 1;
		} else
			continue;
		if (read_login(&text, login) && is_ours &&
		    (user == NULL || strcmp(user, login->user) == 0))
			return (1);
	}
	wipe(login, sizeof(*login));
	return (0);
}

int
netrc_find(const char *host, const char *user, struct netrc_login *login,
    struct cause *cause)
{
	const char *home = getenv("HOME");
	char path[4096], *text;
	int is_open_to_others, found;
	ssize_t len;

	if (home == NULL || snprintf(path, sizeof(path), "%s/.netrc", home) >=
	    (int)sizeof(path))
		return (0);
	if ((text = malloc(FILE_MAX + 1)) == NULL) {
		cause_errno(cause, "malloc", errno, NULL);
		return (-1);
	}
	len = read_file(path, text, &is_open_to_others, cause);
	found = len > 0 ? netrc_search(text, host, user, login) : 0;
	if (found && login->has_password && is_open_to_others) {
		cause_said(cause, "fstat", N_("others can read the password "
		    "in it (chmod 600)"), path);
		wipe(login, sizeof(*login));
		found = -1;
	}
	wipe(text, FILE_MAX + 1);
	free(text);
	return (len == -1 ? -1 : found);
}

/* Returns its length; 0 if there is none. */
static ssize_t
read_file(const char *path, char *text, int *is_open_to_others,
    struct cause *cause)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	ssize_t len = -1;

	if (fd == -1 && errno == ENOENT)
		return (0);
	if (fd != -1 && fstat(fd, &st) == 0)
		len = read(fd, text, FILE_MAX);
	if (len == -1)
		cause_errno(cause, "open", errno, path);
	else
		text[len] = '\0';
	if (fd != -1) {
		*is_open_to_others = (st.st_mode & (S_IRWXG | S_IRWXO)) != 0;
		close(fd);
	}
	return (len);
}

/* Up to the next entry; returns 1 if it has a login. */
static int
read_login(const char **text, struct netrc_login *login)
{
	char token[TOKEN_SIZE];
	const char *before = *text;

	memset(login, 0, sizeof(*login));
	for (; next_token(text, token); before = *text) {
		if (strcmp(token, "machine") == 0 ||
		    strcmp(token, "default") == 0 ||
		    strcmp(token, "macdef") == 0) {
			*text = before;
			break;
		}
		if (strcmp(token, "login") == 0 && next_token(text, token)) {
			snprintf(login->user, sizeof(login->user), "%.*s",
			    (int)sizeof(login->user) - 1, token);
		} else if (strcmp(token, "password") == 0 &&
		    next_token(text, token)) {
			snprintf(login->password, sizeof(login->password),
			    "%s", token);
			login->has_password = 1;
		} else if (strcmp(token, "account") == 0)
			next_token(text, token);
	}
	wipe(token, sizeof(token));
	return (login->user[0] != '\0');
}

/* A word, or one in double quotes; a backslash takes the next byte as it is.
 * One that is too long is cut, and will not do. */
static int
next_token(const char **text, char token[TOKEN_SIZE])
{
	const char *at = *text + strspn(*text, " \t\r\n");
	int is_quoted = *at == '"';
	size_t len = 0;

	if (*at == '\0')
		return (0);
	at += is_quoted;
	while (*at != '\0' && (is_quoted ? *at != '"' :
	    strchr(" \t\r\n", *at) == NULL)) {
		if (*at == '\\' && at[1] != '\0')
			at++;
		if (len + 1 < TOKEN_SIZE)
			token[len++] = *at;
		at++;
	}
	token[len] = '\0';
	*text = at + (is_quoted && *at == '"');
	return (1);
}

/* It ends with an empty line. */
static void
skip_macro(const char **text)
{
	const char *end = strstr(*text, "\n\n");

	*text = end != NULL ? end + 2 : *text + strlen(*text);
}
