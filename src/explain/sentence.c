/* sentence.c - the row that fits, its words put in, its lines broken.
 * See also: explain/sentence.h, explain/sentences_data.c */
#include "explain/sentence.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "explain/catalogue.h"
#include "explain/thread.h"

#define TEXT_SIZE	768
#define COLUMNS		80
#define INDENT		8
#define ROWS_MAX	48		/* of one table */
#define OPTION_ROWS	4		/* where those of options begin */

static int fits(const struct sentence *, const struct call *, int);
static const struct sentence *sentence_find(const struct call *, int,
    int *);
static void add_known(struct words *, const struct call *, const char *,
    size_t);
static void add_lines(struct words *, const char *);
static void expand(struct words *, const struct call *, const char *);
static size_t word_columns(const char *, size_t *);

/* How often each row was the one: the last table is sentence_failures. */
static atomic_uint counts[FAMILY_COUNT + 1][ROWS_MAX];

static int
fits(const struct sentence *row, const struct call *call, int traits)
{
	if ((row->traits & traits) != row->traits ||
	    (row->traits & BEGINS) != (traits & BEGINS))
		return (0);
	return (row->error == call->error ||
	    (row->error == ANY_ERROR && call->error != 0));
}

/* The row, and where its count stands; NULL: there is nothing to say. */
static const struct sentence *
sentence_find(const struct call *call, int traits, int *place)
{
	const struct sentence *table =
	    sentence_tables[call_family(call->id)];
	int i;

	if (call->option != NULL && call->error == 0) {
		*place = FAMILY_SETOPT * ROWS_MAX + OPTION_ROWS +
		    call->option_row;
		return (call->option);
	}
	for (i = 0; table[i].text != NULL; i++)
		if (fits(&table[i], call, traits)) {
			*place = call_family(call->id) * ROWS_MAX + i;
			return (&table[i]);
		}
	table = sentence_failures;
	for (i = 0; table[i].text != NULL; i++)
		if (fits(&table[i], call, traits)) {
			*place = FAMILY_COUNT * ROWS_MAX + i;
			return (&table[i]);
		}
	return (NULL);
}

const struct sentence *
sentence_choose(const struct call *call, unsigned *count)
{
	const struct sentence *row;
	int place = 0;

	*count = 0;
	if ((row = sentence_find(call, call->traits, &place)) != NULL)
		*count = atomic_fetch_add_explicit(&counts[0][0] + place, 1,
		    memory_order_relaxed) + 1;
	return (row);
}

unsigned
sentence_begun(const struct call *call)
{
	int place = 0;

	if (sentence_find(call, call->traits | BEGINS, &place) == NULL)
		return (0);
	return (atomic_load_explicit(&counts[0][0] + place,
	    memory_order_relaxed));
}

void
sentence_add(struct words *words, const struct call *call,
    const struct sentence *sentence)
{
	char buf[TEXT_SIZE];
	struct words text;

	words_init(&text, buf, sizeof(buf));
	expand(&text, call, _(sentence->text));
	add_lines(words, buf);
}

/* Put in what stands in braces. */
static void
expand(struct words *words, const struct call *call, const char *text)
{
	const char *open, *close;

	while ((open = strchr(text, '{')) != NULL &&
	    (close = strchr(open, '}')) != NULL) {
		words_bytes(words, text, (size_t)(open - text));
		add_known(words, call, open + 1, (size_t)(close - open - 1));
		text = close + 1;
	}
	words_bytes(words, text, strlen(text));
}

static void
add_fd(struct words *words, const struct call *call)
{
	words_add(words, "%d", call->fd);
}

static void
add_new(struct words *words, const struct call *call)
{
	words_add(words, "%d", call->new_fd);
}

static void
add_asked(struct words *words, const struct call *call)
{
	words_add(words, "%zu", call->asked);
}

static void
add_local(struct words *words, const struct call *call)
{
	place_add(words, &call->sock.local);
}

/* The other end: of the connection, else of this datagram. */
static void
add_peer(struct words *words, const struct call *call)
{
	place_add(words, call->traits & HAS_PEER ? &call->sock.peer :
	    &call->other);
}

static void
add_address(struct words *words, const struct call *call)
{
	place_add(words, &call->other);
}

static void
add_port(struct words *words, const struct call *call)
{
	words_add(words, "%d", call->other.port);
}

static void
add_note(struct words *words, const struct call *call)
{
	words_bytes(words, call->note.text, call->note.len);
}

static void
add_error(struct words *words, const struct call *call)
{
	sentence_error_name(words, call->error);
}

static void
add_ago(struct words *words, const struct call *call)
{
	words_seconds(words, call->begin_ns - call->sock.closed_ns);
}

static void
add_closer(struct words *words, const struct call *call)
{
	char name[THREAD_NAME_SIZE];

	thread_name_of(call->sock.closed_by, name);
	words_safe(words, name, strlen(name));
}

static void
add_bytes(struct words *words, const struct call *call)
{
	const char *text = call->bytes == 0 ? _(N_("0 bytes")) :
	    call->bytes == 1 ? _(N_("1 byte")) : _(N_("{n} bytes"));

	if (strncmp(text, "{n}", 3) == 0) {
		words_add(words, "%llu", (unsigned long long)call->bytes);
		text += 3;
	}
	words_bytes(words, text, strlen(text));
}

/* What the words in braces stand for. */
static const struct {
	const char	*name;
	void		(*add)(struct words *, const struct call *);
} known[] = {
	{ "address", add_address }, { "ago", add_ago },
	{ "asked", add_asked }, { "bytes", add_bytes },
	{ "closer", add_closer }, { "error", add_error }, { "fd", add_fd },
	{ "local", add_local }, { "new", add_new }, { "note", add_note },
	{ "peer", add_peer }, { "port", add_port },
};

static void
add_known(struct words *words, const struct call *call, const char *name,
    size_t len)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i].name) == len &&
		    memcmp(known[i].name, name, len) == 0)
			known[i].add(words, call);
}

/* Broken at blanks: a no-break space holds its neighbours together. */
static void
add_lines(struct words *words, const char *text)
{
	size_t column = 0, len;

	while (*text != '\0') {
		size_t width = word_columns(text, &len);

		if (column == 0 || column + 1 + width > COLUMNS) {
			words_add(words, column == 0 ? "%s" : "\n%s",
			    "        ");
			column = INDENT;
		} else {
			words_add(words, " ");
			column++;
		}
		words_bytes(words, text, len);
		column += width;
		for (text += len; *text == ' '; text++)
			continue;
	}
	words_add(words, "\n");
}

/* Of the text up to a blank: its columns, a character of UTF-8 one each. */
static size_t
word_columns(const char *text, size_t *len)
{
	size_t columns = 0;

	*len = strcspn(text, " ");
	for (size_t i = 0; i < *len; i++)
		columns += (text[i] & 0xc0) != 0x80;
	return (columns);
}

#define ERROR(name)	{ name, #name }
static const struct {
	int		 error;
	const char	*name;
} errors[] = {
	ERROR(EACCES), ERROR(EADDRINUSE), ERROR(EADDRNOTAVAIL),
	ERROR(EAFNOSUPPORT), ERROR(EAGAIN), ERROR(EALREADY), ERROR(EBADF),
	ERROR(EBUSY), ERROR(ECONNABORTED), ERROR(ECONNREFUSED),
	ERROR(ECONNRESET), ERROR(EDEADLK), ERROR(EDESTADDRREQ),
	ERROR(EEXIST), ERROR(EFAULT), ERROR(EFBIG), ERROR(EHOSTDOWN),
	ERROR(EHOSTUNREACH), ERROR(EINPROGRESS), ERROR(EINTR), ERROR(EINVAL),
	ERROR(EIO), ERROR(EISCONN), ERROR(EISDIR), ERROR(EMFILE),
	ERROR(EMSGSIZE), ERROR(ENETDOWN), ERROR(ENETRESET),
	ERROR(ENETUNREACH), ERROR(ENFILE), ERROR(ENOBUFS), ERROR(ENODEV),
	ERROR(ENOENT), ERROR(ENOMEM), ERROR(ENOPROTOOPT), ERROR(ENOSPC),
	ERROR(ENOSYS), ERROR(ENOTCONN), ERROR(ENOTDIR), ERROR(ENOTSOCK),
	ERROR(EOPNOTSUPP), ERROR(EPERM), ERROR(EPIPE), ERROR(EPROTO),
	ERROR(EPROTONOSUPPORT), ERROR(EPROTOTYPE), ERROR(ESPIPE),
	ERROR(ESRCH), ERROR(ESHUTDOWN), ERROR(ETIMEDOUT),
};

void
sentence_error_name(struct words *words, int error)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].error == error) {
			words_add(words, "%s", errors[i].name);
			return;
		}
	words_add(words, "errno %d", error);
}

void
sentence_error(struct words *words, const struct call *call)
{
	if (call_family(call->id) == FAMILY_LOOKUP)
		words_bytes(words, call->note.text, call->note.len);
	else
		sentence_error_name(words, call->error);
}
