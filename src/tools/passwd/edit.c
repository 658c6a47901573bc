/* edit.c - one account added to a users file, changed, or deleted.
 * See also: tools/passwd/edit.h, tests/system/passwd.py */
#include "tools/passwd/edit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "base/wipe.h"
#include "serve/users.h"
#include "tools/passwd/replace.h"

/* A stretch of the old text. */
struct stretch {
	size_t		 begin, end;
};

static struct stretch find_line(const struct users_text *, size_t);
static int make_text(const struct users_text *, const struct user *,
    const struct edit *, struct users_text *);
static enum edit_outcome outcome_of(const struct user *, const struct edit *);
static int put_text(struct replacement *, const struct users_text *,
    const struct users_text *, const struct name_rules *, struct cause *);
static int read_old(const char *, struct users_text *, struct cause *);

enum edit_outcome
edit_users(const char *path, const struct edit *edit,
    const struct name_rules *names, struct cause *cause)
{
	enum edit_outcome outcome = EDIT_FAILED, wanted;
	struct users_text old = { .bytes = NULL }, text = { .bytes = NULL };
	struct users users = { .path = path, .names = names };
	struct replacement replacement;
	const struct user *user;

	if (replacement_begin(&replacement, path, cause) == -1)
		return (EDIT_FAILED);
	if (read_old(replacement.path, &old, cause) == -1 ||
	    users_parse(&users, old.bytes, old.len, cause) == -1)
		goto out;
	user = users_find(&users, edit->name, strlen(edit->name));
	if ((wanted = outcome_of(user, edit)) == EDIT_NOBODY)
		outcome = EDIT_NOBODY;
	else if (make_text(&old, user, edit, &text) == -1)
		cause_errno(cause, "malloc", errno, path);
	else if (put_text(&replacement, &text, &old, names, cause) == 0)
		outcome = wanted;
out:
	users_text_fini(&text);
	users_fini(&users);
	users_text_fini(&old);
	replacement_end(&replacement);
	return (outcome);
}

/* No file is one without accounts. */
static int
read_old(const char *path, struct users_text *old, struct cause *cause)
{
	if (users_read(old, path, cause) == 0)
		return (0);
	return (cause->kind == CAUSE_ERRNO && cause->error == ENOENT ? 0 : -1);
}

static enum edit_outcome
outcome_of(const struct user *user, const struct edit *edit)
{
	if (edit->hash == NULL)
		return (user != NULL ? EDIT_DELETED : EDIT_NOBODY);
	return (user != NULL ? EDIT_CHANGED : EDIT_ADDED);
}

/* The account's line in its old place, or at the end; or nowhere. */
static int
make_text(const struct users_text *old, const struct user *user,
    const struct edit *edit, struct users_text *text)
{
	size_t size = old->len + 2 * USERS_LINE_MAX;
	struct stretch line = user != NULL ? find_line(old, user->line) :
	    (struct stretch){ old->len, old->len };
	char *at;

	if ((text->bytes = malloc(size)) == NULL)
		return (-1);
	at = text->bytes;
	if (line.begin > 0)
		memcpy(at, old->bytes, line.begin);
	at += line.begin;
	/* The last line may lack its end. */
	if (line.begin > 0 && at[-1] != '\n')
		*at++ = '\n';
	if (edit->hash != NULL)
		at += snprintf(at, 2 * USERS_LINE_MAX - 1, "%s:%s%s%s\n",
		    user != NULL ? user->name : edit->name, edit->hash,
		    user != NULL && user->more[0] != '\0' ? ":" : "",
		    user != NULL ? user->more : "");
	if (line.end < old->len)
		memcpy(at, old->bytes + line.end, old->len - line.end);
	at += old->len - line.end;
	text->len = (size_t)(at - text->bytes);
	return (0);
}

/* With its end. */
static struct stretch
find_line(const struct users_text *text, size_t number)
{
	struct stretch line = { 0, 0 };

	while (number-- > 0) {
		const char *newline = memchr(text->bytes + line.end, '\n',
		    text->len - line.end);

		line.begin = line.end;
		line.end = newline == NULL ? text->len :
		    (size_t)(newline + 1 - text->bytes);
	}
	return (line);
}

/* What is written must be what a server takes. */
static int
put_text(struct replacement *replacement, const struct users_text *text,
    const struct users_text *old, const struct name_rules *names,
    struct cause *cause)
{
	struct users users = { .path = replacement->path, .names = names };

	if (text->len > USERS_FILE_MAX) {
		cause_said(cause, "write", N_("larger than 1 MiB"),
		    replacement->path);
		return (-1);
	}
	if (users_parse(&users, text->bytes, text->len, cause) == -1)
		return (-1);
	users_fini(&users);
	return (replacement_commit(replacement, text->bytes, text->len,
	    old->bytes != NULL ? &old->st : NULL, cause));
}
