/* users.c - the file of accounts: lines of name:hash.
 * See also: serve/users.h, tests/check_users.c */
#include "serve/users.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/wipe.h"
#include "serve/password.h"

#define ROWS_FIRST	16		/* to begin with */
#define PATH_SHOWN	120		/* its end: the line must be seen */

struct lines {
	char		*at, *end;	/* *end is a NUL */
	size_t		 number;	/* of the line that was given last */
};

/* What is wrong with a line: "hash", "the hash is missing". */
struct users_fault {
	const char	*what, *why;
};

static int fault_is(struct users_fault *, const char *, const char *);
static void fault_tell(const struct users *, size_t,
    const struct users_fault *, struct cause *);
static int has_control(const char *);
static int line_check(char *, size_t, struct users_fault *);
static int line_is_blank(const char *);
static char *lines_next(struct lines *, size_t *);
static ssize_t read_all(int, char *, size_t);
static int row_order(const void *, const void *);
static int rows_check_twins(const struct users *, struct cause *);
static struct user *rows_next(struct users *, struct cause *);
static int text_parse(struct users *, struct cause *);
static int user_parse(struct user *, char *, const struct name_rules *,
    struct users_fault *);

int
users_read(struct users_text *text, const char *path, struct cause *cause)
{
	/* O_NONBLOCK: a fifo must not make the main thread wait. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	ssize_t n = -1;

	memset(text, 0, sizeof(*text));
	if (fd == -1) {
		cause_errno(cause, "open", errno, path);
		return (-1);
	}
	if (fstat(fd, &text->st) == -1)
		cause_errno(cause, "fstat", errno, path);
	else if (!S_ISREG(text->st.st_mode))
		cause_said(cause, "open", N_("not a regular file"), path);
	else if (text->st.st_size > USERS_FILE_MAX)
		cause_said(cause, "fstat", N_("larger than 1 MiB"), path);
	else if ((text->bytes = malloc((size_t)text->st.st_size + 1)) == NULL)
		cause_errno(cause, "malloc", errno, path);
	else if ((n = read_all(fd, text->bytes,
	    (size_t)text->st.st_size)) == -1)
		cause_errno(cause, "read", errno, path);
	close(fd);
	if (n == -1) {
		free(text->bytes);
		text->bytes = NULL;
		return (-1);
	}
	text->len = (size_t)n;
	return (0);
}

void
users_text_fini(struct users_text *text)
{
	if (text->bytes != NULL)
		wipe(text->bytes, text->len);
	free(text->bytes);
	text->bytes = NULL;
	text->len = 0;
}

int
users_parse(struct users *users, const char *buf, size_t len,
    struct cause *cause)
{
	if ((users->text = malloc(len + 1)) == NULL) {
		cause_errno(cause, "malloc", errno, users->path);
		return (-1);
	}
	if (len > 0)
		memcpy(users->text, buf, len);
	users->text[len] = '\0';
	users->text_len = len;
	if (text_parse(users, cause) == -1 ||
	    rows_check_twins(users, cause) == -1) {
		users_fini(users);
		return (-1);
	}
	return (0);
}

void
users_fini(struct users *users)
{
	if (users->text != NULL)
		wipe(users->text, users->text_len);
	free(users->text);
	free(users->rows);
	users->text = NULL;
	users->rows = NULL;
	users->len = users->room = users->text_len = 0;
}

const struct user *
users_find(const struct users *users, const char *name, size_t len)
{
	struct user wanted = { .line = 0 };

	if (users->len == 0 || name_fold(users->names, name, len,
	    wanted.folded) != NAME_GOOD)
		return (NULL);
	return (bsearch(&wanted, users->rows, users->len,
	    sizeof(*users->rows), row_order));
}

int
user_is_locked(const struct user *user)
{
	return (user->hash[0] == '!' || user->hash[0] == '*');
}

/* Fewer bytes if the file has become shorter meanwhile. */
static ssize_t
read_all(int fd, char *buf, size_t len)
{
	size_t got = 0;
	ssize_t n;

	while (got < len && (n = read(fd, buf + got, len - got)) != 0) {
		if (n == -1 && errno != EINTR)
			return (-1);
		if (n > 0)
			got += (size_t)n;
	}
	return ((ssize_t)got);
}

static int
text_parse(struct users *users, struct cause *cause)
{
	struct lines lines = { .at = users->text,
	    .end = users->text + users->text_len };
	struct users_fault fault;
	char *line;
	size_t len;

	while ((line = lines_next(&lines, &len)) != NULL) {
		struct user *row;

		if (line_check(line, len, &fault) == -1)
			goto bad;
		if (line_is_blank(line))
			continue;
		if ((row = rows_next(users, cause)) == NULL)
			return (-1);
		if (user_parse(row, line, users->names, &fault) == -1)
			goto bad;
		row->line = lines.number;
		users->len++;
	}
	if (users->len > 0)
		qsort(users->rows, users->len, sizeof(*users->rows),
		    row_order);
	return (0);
bad:
	fault_tell(users, lines.number, &fault, cause);
	return (-1);
}

/* The next line as a string, its end cut off; NULL: no more. */
static char *
lines_next(struct lines *lines, size_t *len)
{
	char *line = lines->at, *stop;

	if (line >= lines->end)
		return (NULL);
	stop = memchr(line, '\n', (size_t)(lines->end - line));
	if (stop == NULL)
		stop = lines->end;
	lines->at = stop + 1;
	lines->number++;
	if (stop > line && stop[-1] == '\r')
		stop--;
	*stop = '\0';
	*len = (size_t)(stop - line);
	return (line);
}

static int
line_check(char *line, size_t len, struct users_fault *fault)
{
	if (len > USERS_LINE_MAX)
		return (fault_is(fault, "line",
		    N_("longer than 1024 bytes")));
	if (strlen(line) != len)
		return (fault_is(fault, "line", N_("it holds a NUL")));
	return (0);
}

static int
line_is_blank(const char *line)
{
	line += strspn(line, " \t");
	return (*line == '\0' || *line == '#');
}

/* name:hash or name:hash:more, where more has one colon at most. */
static int
user_parse(struct user *user, char *line, const struct name_rules *names,
    struct users_fault *fault)
{
	char *hash = strchr(line, ':'), *more;
	enum name_verdict verdict;
	const char *wrong;

	if (hash == NULL)
		return (fault_is(fault, "line", N_("not NAME:HASH")));
	if (has_control(line))
		return (fault_is(fault, "line",
		    N_("it holds a control character")));
	*hash++ = '\0';
	if ((more = strchr(hash, ':')) != NULL)
		*more++ = '\0';
	*user = (struct user){ .name = line, .hash = hash,
	    .more = more != NULL ? more : "" };
	user->home_len = strcspn(user->more, ":");
	user->perms = user->more + user->home_len;
	user->perms += *user->perms == ':';
	if (strchr(user->perms, ':') != NULL)
		return (fault_is(fault, "line",
		    N_("more than four fields")));
	verdict = name_fold(names, line, strlen(line), user->folded);
	if (verdict != NAME_GOOD)
		return (fault_is(fault, "name", name_wrong(verdict)));
	if (!user_is_locked(user) &&
	    (wrong = password_hash_wrong(hash)) != NULL)
		return (fault_is(fault, "hash", wrong));
	if (user->perms[strspn(user->perms, USERS_PERMS)] != '\0')
		return (fault_is(fault, "perms",
		    N_("a letter that is none of elradfmwMT")));
	return (0);
}

static int
has_control(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return (1);
	return (0);
}

/* Room for one row more. */
static struct user *
rows_next(struct users *users, struct cause *cause)
{
	size_t room = users->room == 0 ? ROWS_FIRST : 2 * users->room;
	struct user *rows;

	if (users->len < users->room)
		return (&users->rows[users->len]);
	if ((rows = realloc(users->rows, room * sizeof(*rows))) == NULL) {
		cause_errno(cause, "realloc", errno, users->path);
		return (NULL);
	}
	users->rows = rows;
	users->room = room;
	return (&rows[users->len]);
}

static int
row_order(const void *a, const void *b)
{
	return (strcmp(((const struct user *)a)->folded,
	    ((const struct user *)b)->folded));
}

/* Of two accounts of one name, which password would be the right one? */
static int
rows_check_twins(const struct users *users, struct cause *cause)
{
	struct users_fault fault;

	for (size_t i = 1; i < users->len; i++) {
		const struct user *row = &users->rows[i];

		if (row_order(row - 1, row) != 0)
			continue;
		fault_is(&fault, "name", N_("it stands in the file twice"));
		fault_tell(users, row->line > row[-1].line ? row->line :
		    row[-1].line, &fault, cause);
		return (-1);
	}
	return (0);
}

static int
fault_is(struct users_fault *fault, const char *what, const char *why)
{
	*fault = (struct users_fault){ what, why };
	return (-1);
}

/* "users:3: hash: the hash is missing" */
static void
fault_tell(const struct users *users, size_t line,
    const struct users_fault *fault, struct cause *cause)
{
	size_t len = strlen(users->path);
	size_t hidden = len > PATH_SHOWN ? len - PATH_SHOWN : 0;
	char object[CAUSE_OBJECT_SIZE];

	snprintf(object, sizeof(object), "%s%s:%zu",
	    hidden > 0 ? "..." : "", users->path + hidden, line);
	cause_said(cause, fault->what, fault->why, object);
}
