/* ftp_listing.c - what a server's listing says of one file: the reader's side.
 * See also: proto/ftp_listing.h, tests/check_ftp_listing.c */
#include "proto/ftp_listing.h"

#include <string.h>
#include <strings.h>

#include "base/num.h"
#include "proto/ftp_list.h"
#include "proto/ftp_reply.h"

#define WORDS_MAX	12		/* before the name of a UNIX line */
#define MODE_LEN	10		/* "drwxr-xr-x" */

struct word {
	const char	*text;
	size_t		 len;
};

static int is_date(const struct word *, size_t *);
static int is_day(const struct word *);
static int is_month(const struct word *);
static int is_time_or_year(const struct word *);
static int matches(const struct word *, const char *);
static size_t next_word(const char **, const char *, struct word *);
static enum ftp_listing_verdict parse_dos(struct ftp_listed *, const char *,
    const char *);
static enum ftp_listing_verdict parse_unix(struct ftp_listed *, const char *,
    const char *);
static int take_fact(struct ftp_listed *, const char *, size_t);
static enum ftp_listing_verdict take_name(struct ftp_listed *, const char *,
    const char *);
static int take_type(struct ftp_listed *, const struct word *);

enum ftp_listing_verdict
ftp_listing_parse(struct ftp_listed *listed, const char *line, size_t len)
{
	*listed = (struct ftp_listed){ .kind = FTP_KIND_FILE };
	if (len == 0 || (len >= 6 && memcmp(line, "total ", 6) == 0))
		return (FTP_LISTING_NOTHING);
	if (memchr(line, '\0', len) != NULL)
		return (FTP_LISTING_BAD);
	if (line[0] >= '0' && line[0] <= '9')
		return (parse_dos(listed, line, line + len));
	return (parse_unix(listed, line, line + len));
}

/* RFC 3659 7.2: facts that each end in a semicolon, one space, the name. */
enum ftp_listing_verdict
ftp_listing_parse_facts(struct ftp_listed *listed, const char *line,
    size_t len)
{
	const char *end = line + len, *space, *semicolon;
	int is_one = 1;

	*listed = (struct ftp_listed){ .kind = FTP_KIND_FILE };
	if (len == 0)
		return (FTP_LISTING_NOTHING);
	space = memchr(line, ' ', len);
	if (space == NULL || memchr(line, '\0', len) != NULL)
		return (FTP_LISTING_BAD);
	for (; line < space; line = semicolon + 1) {
		semicolon = memchr(line, ';', (size_t)(space - line));
		if (semicolon == NULL)
			return (FTP_LISTING_BAD);
		is_one &= take_fact(listed, line, (size_t)(semicolon - line));
	}
	if (!is_one)
		return (FTP_LISTING_NOTHING);
	return (take_name(listed, space + 1, end));
}

int
ftp_listing_name_is_safe(const char *name, size_t len)
{
	char copy[FTP_NAME_MAX + 1];

	if (len == 0 || len > FTP_NAME_MAX || memchr(name, '/', len) != NULL ||
	    memchr(name, '\0', len) != NULL)
		return (0);
	memcpy(copy, name, len);
	copy[len] = '\0';
	return (strcmp(copy, ".") != 0 && strcmp(copy, "..") != 0 &&
	    ftp_list_name_is_plain(copy));
}

/* mode, links, owner and maybe group, size, month, day, time or year, name.
 * Owners may have blanks in their names, and some servers leave a column out:
 * so the date is looked for, and the size stands before it. */
static enum ftp_listing_verdict
parse_unix(struct ftp_listed *listed, const char *line, const char *end)
{
	static const char kinds[] = "-dlbcps";
	const char *kind = strchr(kinds, line[0]);
	struct word words[WORDS_MAX];
	size_t n = 0, taken;

	if (end - line < MODE_LEN || kind == NULL)
		return (FTP_LISTING_BAD);
	listed->kind = line[0] == '-' ? FTP_KIND_FILE : line[0] == 'd' ?
	    FTP_KIND_DIR : line[0] == 'l' ? FTP_KIND_LINK : FTP_KIND_OTHER;
	while (n < WORDS_MAX && next_word(&line, end, &words[n]) > 0) {
		n++;
		if (n < 4 || !is_date(words + n - 3, &taken))
			continue;
		/* Of a device two numbers stand there. */
		listed->has_size = num_parse(words[n - 1 - taken].text,
		    words[n - 1 - taken].len, INT64_MAX, &listed->size) == 0;
		if (!listed->has_size && listed->kind == FTP_KIND_FILE)
			continue;
		/* Blanks behind the first one are the name's. */
		return (line < end ? take_name(listed, line + 1, end) :
		    FTP_LISTING_BAD);
	}
	return (FTP_LISTING_BAD);
}

/* "11-22-26  04:15AM       <DIR>          name", or a size; a year of four
 * digits, too, and hours up to 23. */
static enum ftp_listing_verdict
parse_dos(struct ftp_listed *listed, const char *line, const char *end)
{
	struct word date, time, size;

	if (next_word(&line, end, &date) == 0 ||
	    next_word(&line, end, &time) == 0 ||
	    next_word(&line, end, &size) == 0)
		return (FTP_LISTING_BAD);
	if (!(matches(&date, "00-00-00") || matches(&date, "00-00-0000") ||
	    matches(&date, "0000-00-00")) ||
	    !(matches(&time, "00:00AM") || matches(&time, "00:00PM") ||
	    matches(&time, "00:00")))
		return (FTP_LISTING_BAD);
	if (matches(&size, "<DIR>"))
		listed->kind = FTP_KIND_DIR;
	else if (num_parse(size.text, size.len, INT64_MAX, &listed->size) == 0)
		listed->has_size = 1;
	else
		return (FTP_LISTING_BAD);
	while (line < end && *line == ' ')
		line++;
	return (take_name(listed, line, end));
}

static enum ftp_listing_verdict
take_name(struct ftp_listed *listed, const char *name, const char *end)
{
	static const char arrow[] = " -> ";
	size_t len = (size_t)(end - name);

	for (const char *at = name; listed->kind == FTP_KIND_LINK &&
	    end - at >= 4; at++)
		if (at > name && memcmp(at, arrow, 4) == 0) {
			len = (size_t)(at - name);
			break;
		}
	if (len == 0)
		return (FTP_LISTING_BAD);
	if ((len == 1 && name[0] == '.') ||
	    (len == 2 && memcmp(name, "..", 2) == 0))
		return (FTP_LISTING_NOTHING);
	listed->name = name;
	listed->name_len = len;
	return (FTP_LISTING_ENTRY);
}

/* Returns 0 if it is the folder itself, or the one above. */
static int
take_fact(struct ftp_listed *listed, const char *fact, size_t len)
{
	const char *equals = memchr(fact, '=', len);
	struct word value;

	if (equals == NULL)
		return (1);
	value.text = equals + 1;
	value.len = len - (size_t)(equals + 1 - fact);
	switch (ftp_list_fact(fact, (size_t)(equals - fact))) {
	case FTP_FACT_TYPE:
		return (take_type(listed, &value));
	case FTP_FACT_SIZE:
		listed->has_size = num_parse(value.text, value.len, INT64_MAX,
		    &listed->size) == 0;
		break;
	case FTP_FACT_MODIFY:
		listed->has_time = ftp_time_parse(value.text, value.len,
		    &listed->modified) == 0;
		break;
	default:
		break;
	}
	return (1);
}

static int
take_type(struct ftp_listed *listed, const struct word *type)
{
	static const struct { const char *name; int kind; } types[] = {
		{ "file", FTP_KIND_FILE }, { "dir", FTP_KIND_DIR },
		{ "cdir", -1 }, { "pdir", -1 },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strlen(types[i].name) == type->len &&
		    strncasecmp(types[i].name, type->text, type->len) == 0) {
			if (types[i].kind == -1)
				return (0);
			listed->kind = (enum ftp_kind)types[i].kind;
			return (1);
		}
	/* "OS.unix=slink:/etc/x", "OS.unix=symlink" */
	listed->kind = (type->len >= 13 && (strncasecmp(type->text,
	    "OS.unix=slink", 13) == 0)) || (type->len >= 15 &&
	    strncasecmp(type->text, "OS.unix=symlink", 15) == 0) ?
	    FTP_KIND_LINK : FTP_KIND_OTHER;
	return (1);
}

/* "Nov 22 04:15", "22 Nov 2026", or the last two words of it "2026-11-22
 * 04:15"; taken: of how many words. */
static int
is_date(const struct word *words, size_t *taken)
{
	*taken = 3;
	if (((is_month(&words[0]) && is_day(&words[1])) ||
	    (is_day(&words[0]) && is_month(&words[1]))) &&
	    is_time_or_year(&words[2]))
		return (1);
	*taken = 2;
	return (matches(&words[1], "0000-00-00") &&
	    matches(&words[2], "00:00"));
}

static int
is_month(const struct word *word)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (size_t i = 0; word->len == 3 && i < 12; i++)
		if (strncasecmp(months + 3 * i, word->text, 3) == 0)
			return (1);
	return (0);
}

static int
is_day(const struct word *word)
{
	uint64_t day;

	return (word->len <= 2 && num_parse(word->text, word->len, 31,
	    &day) == 0 && day > 0);
}

static int
is_time_or_year(const struct word *word)
{
	return (matches(word, "00:00") || matches(word, "0:00") ||
	    matches(word, "0000"));
}

/* 0 stands for any digit. */
static int
matches(const struct word *word, const char *form)
{
	if (strlen(form) != word->len)
		return (0);
	for (size_t i = 0; i < word->len; i++)
		if (form[i] == '0' ? word->text[i] < '0' ||
		    word->text[i] > '9' : word->text[i] != form[i])
			return (0);
	return (1);
}

/* *line then stands behind the word.  Returns its length, 0: there is none. */
static size_t
next_word(const char **line, const char *end, struct word *word)
{
	const char *at = *line;

	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	word->text = at;
	while (at < end && *at != ' ' && *at != '\t')
		at++;
	word->len = (size_t)(at - word->text);
	*line = at;
	return (word->len);
}
