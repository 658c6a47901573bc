/* listing.c - what is in a folder of the server's.
 * See also: tools/ftp/listing.h, tests/system/ftp_hostile.py */
#include "tools/ftp/listing.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "client/readable.h"
#include "client/save.h"
#include "tools/ftp/transfer.h"

struct copy {
	struct save	 out;
	int		 is_terminal;
	struct readable	 readable;
};

static int by_name(const void *, const void *);
static int can_follow_list(const char *);
static int copy_take(struct sink *, const char *, size_t, struct cause *);
static enum outcome list_all(struct session *, const char *,
    struct listing *);
static enum outcome list_inside(struct session *, const char *,
    struct listing *);
static int make_room(struct listing *, size_t *);
static int parse(struct listing *, int);
static void parse_line(struct listing *, char *, size_t, int);
static enum outcome read_text(struct transfer *, struct sink *, int);
static int text_take(struct sink *, const char *, size_t, struct cause *);
static enum outcome try_list(struct session *, const char *, const char *,
    struct listing *);

enum outcome
listing_get(struct session *session, const char *path,
    struct listing *listing)
{
	int by_facts = session_has(session, SESSION_MLSD);
	enum outcome outcome = OUTCOME_REFUSED;

	memset(listing, 0, sizeof(*listing));
	if (by_facts)
		outcome = try_list(session, "MLSD", path, listing);
	/* MLSD is for folders alone, LIST lists one file, too. */
	if (outcome == OUTCOME_REFUSED) {
		by_facts = 0;
		outcome = path == NULL || can_follow_list(path) ?
		    list_all(session, path, listing) :
		    list_inside(session, path, listing);
	}
	/* Where no data connection came about, that has been said. */
	if ((outcome == OUTCOME_REFUSED || outcome == OUTCOME_LATER) &&
	    session->wire.answer.code >= 400)
		session_refused(session, "LIST", path);
	if (outcome == OUTCOME_DONE && parse(listing, by_facts) == -1) {
		log_line(LOG_LEVEL_ERROR, _("no room for so long a listing"));
		outcome = OUTCOME_HERE;
	}
	return (outcome);
}

void
listing_free(struct listing *listing)
{
	free(listing->text);
	free(listing->entries);
	memset(listing, 0, sizeof(*listing));
}

const struct listing_entry *
listing_find(const struct listing *listing, const char *name)
{
	const struct listing_entry wanted = { .name = (char *)name };

	if (listing->count == 0)
		return (NULL);
	return (bsearch(&wanted, listing->entries, listing->count,
	    sizeof(wanted), by_name));
}

enum outcome
listing_copy(struct session *session, const char *verb, const char *path)
{
	struct transfer transfer = { .session = session, .verb = verb,
	    .path = path, .may_be_none = 1 };
	struct copy copy = { .out = SAVE_NONE };
	struct sink sink = { .fd = -1, .take = copy_take, .context = &copy };
	enum outcome outcome;
	struct cause cause;

	fflush(stdout);
	if (save_open(&copy.out, "-", &cause) == -1) {
		log_cause(_("nothing can be printed:"), &cause);
		return (OUTCOME_HERE);
	}
	copy.is_terminal = isatty(copy.out.fd);
	outcome = read_text(&transfer, &sink, 0);
	if (outcome == OUTCOME_DONE && readable_end(&copy.readable, &copy.out,
	    &cause) == -1) {
		log_cause(_("nothing can be printed:"), &cause);
		outcome = OUTCOME_HERE;
	}
	save_discard(&copy.out);
	return (outcome);
}

static int
copy_take(struct sink *sink, const char *bytes, size_t len,
    struct cause *cause)
{
	struct copy *copy = sink->context;

	if (copy->is_terminal)
		return (readable_write(&copy->readable, &copy->out, bytes, len,
		    cause));
	return (save_write(&copy->out, bytes, len, cause));
}

/* Many UNIX servers hide names that begin with a dot, unless asked as ls(1)
 * would be; others look for a file of the name -a, and find nothing. */
static enum outcome
list_all(struct session *session, const char *path, struct listing *listing)
{
	char argument[SESSION_PATH_SIZE + 4];
	enum outcome outcome = OUTCOME_REFUSED;

	if (!session->lacks_all) {
		snprintf(argument, sizeof(argument), "-a%s%s",
		    path != NULL ? " " : "", path != NULL ? path : "");
		outcome = try_list(session, "LIST", argument, listing);
	}
	if (outcome == OUTCOME_REFUSED || outcome == OUTCOME_LATER ||
	    (outcome == OUTCOME_DONE && listing->len == 0)) {
		listing_free(listing);
		outcome = try_list(session, "LIST", path, listing);
		session->lacks_all |= outcome == OUTCOME_DONE &&
		    listing->len > 0;
	}
	return (outcome);
}

/* Blanks, patterns and dashes are not for all servers a part of a name; but
 * where one is, each can list. */
static enum outcome
list_inside(struct session *session, const char *path,
    struct listing *listing)
{
	char before[SESSION_PATH_SIZE];
	enum outcome outcome = session_find_cwd(session);
	struct answer kept;

	if (outcome != OUTCOME_DONE)
		return (OUTCOME_HERE);
	snprintf(before, sizeof(before), "%s", session->cwd);
	if (session_try(session, "CWD", path) != OUTCOME_DONE)
		return (list_all(session, path, listing));
	outcome = list_all(session, NULL, listing);
	kept = session->wire.answer;
	session->wire.answer = (struct answer){ .code = kept.code };
	if (session->is_open && session_ask(session, "CWD", before) !=
	    OUTCOME_DONE)
		outcome = OUTCOME_HERE;
	free(session->wire.answer.text);
	session->wire.answer = kept;
	return (outcome);
}

static int
can_follow_list(const char *path)
{
	return (path[0] != '-' && strspn(path, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+,=@:-") == strlen(path));
}

/* As session_try: a refusal is not logged. */
static enum outcome
try_list(struct session *session, const char *verb, const char *argument,
    struct listing *listing)
{
	struct transfer transfer = { .session = session, .verb = verb,
	    .path = argument, .may_be_none = 1 };
	struct sink sink = { .fd = -1, .take = text_take,
	    .context = listing };

	return (read_text(&transfer, &sink, 1));
}

/* RFC 3659 7: MLSD is the same in each type; LIST is text. */
static enum outcome
read_text(struct transfer *transfer, struct sink *sink, int is_trial)
{
	int was_ascii = transfer->session->is_ascii;
	enum outcome outcome = transfer_begin(transfer, is_trial);

	if (outcome != OUTCOME_DONE)
		return (outcome);
	/* Lines are taken as they are. */
	transfer->session->is_ascii = 0;
	outcome = transfer_receive(transfer, sink);
	transfer->session->is_ascii = was_ascii;
	outcome = transfer_end(transfer, outcome, 0);
	if (outcome == OUTCOME_DONE && transfer->is_cut) {
		log_line(LOG_LEVEL_ERROR, _("%s was cut off: TLS ended "
		    "without its goodbye"), transfer->verb);
		return (OUTCOME_LOST);
	}
	return (outcome);
}

static int
text_take(struct sink *sink, const char *bytes, size_t len,
    struct cause *cause)
{
	struct listing *listing = sink->context;

	if (listing->len + len > LISTING_MAX) {
		cause_said(cause, "recv", N_("the listing does not end"),
		    NULL);
		return (-1);
	}
	if (listing->len + len + 2 > listing->size) {
		size_t size = 2 * (listing->len + len + 2);
		char *text = realloc(listing->text, size);

		if (text == NULL) {
			cause_errno(cause, "realloc", errno, NULL);
			return (-1);
		}
		listing->text = text;
		listing->size = size;
	}
	memcpy(listing->text + listing->len, bytes, len);
	listing->len += len;
	return (0);
}

/* Each line becomes a string, and in it the name another. */
static int
parse(struct listing *listing, int by_facts)
{
	char *at = listing->text, *end = at + listing->len, *newline;
	size_t room = 0;

	for (; at < end; at = newline + 1) {
		size_t len;

		newline = memchr(at, '\n', (size_t)(end - at));
		if (newline == NULL)
			newline = end;
		len = (size_t)(newline - at);
		len -= len > 0 && at[len - 1] == '\r';
		if (make_room(listing, &room) == -1)
			return (-1);
		parse_line(listing, at, len, by_facts);
	}
	for (size_t i = 0; i < listing->count; i++)
		listing->entries[i].name[listing->entries[i].is.name_len] =
		    '\0';
	if (listing->count == 0)
		return (0);
	qsort(listing->entries, listing->count, sizeof(*listing->entries),
	    by_name);
	return (0);
}

static int
make_room(struct listing *listing, size_t *room)
{
	struct listing_entry *entries;

	if (listing->count < *room)
		return (0);
	if (listing->count >= LISTING_ENTRIES)
		return (-1);
	*room = 2 * *room + 64;
	entries = realloc(listing->entries, *room * sizeof(*entries));
	if (entries == NULL)
		return (-1);
	listing->entries = entries;
	return (0);
}

static void
parse_line(struct listing *listing, char *line, size_t len, int by_facts)
{
	struct listing_entry *entry = &listing->entries[listing->count];
	enum ftp_listing_verdict verdict = by_facts ?
	    ftp_listing_parse_facts(&entry->is, line, len) :
	    ftp_listing_parse(&entry->is, line, len);

	listing->bad += verdict == FTP_LISTING_BAD;
	if (verdict != FTP_LISTING_ENTRY)
		return;
	entry->name = line + (entry->is.name - line);
	entry->is_safe = ftp_listing_name_is_safe(entry->name,
	    entry->is.name_len);
	listing->count++;
}

static int
by_name(const void *a, const void *b)
{
	const struct listing_entry *first = a, *second = b;

	return (strcmp(first->name, second->name));
}
