/* letter.c - the message: its head, and a body of plain text.
 * See also: tools/smtp/letter.h, tests/system/smtp.py */
#include "tools/smtp/letter.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/intl.h"
#include "base/random.h"
#include "base/text.h"
#include "proto/mime.h"

#define SUBJECT		"Subject: "

static int copy_body(struct letter *, FILE *, const char *, struct cause *);
static size_t line_len(const char *, size_t);
static void put_body(const struct letter *, int, FILE *);
static void put_head(const struct letter *, const char *, FILE *);
static void put_quoted(const char *, size_t, FILE *);
static void put_subject(const char *, FILE *);

int
letter_read(struct letter *letter, const char *path, struct cause *cause)
{
	FILE *in = stdin;
	int result;

	if (strcmp(path, "-") != 0 && (in = fopen(path, "r")) == NULL) {
		cause_errno(cause, "fopen", errno, path);
		return (-1);
	}
	result = copy_body(letter, in, path, cause);
	if (in != stdin)
		fclose(in);
	return (result);
}

int
letter_write(struct letter *letter, const char *text, struct cause *cause)
{
	if ((letter->body = strdup(text)) == NULL) {
		cause_errno(cause, "strdup", errno, NULL);
		return (-1);
	}
	letter->body_len = strlen(text);
	return (0);
}

const char *
letter_wrong(struct letter *letter)
{
	const char *body = letter->body;
	size_t len = letter->body_len, taken, line = 0;
	uint32_t code;

	letter->is_ascii = 1;
	for (size_t i = 0; i < len; i += taken) {
		taken = text_utf8_next(body + i, len - i, &code);
		if (taken == 0)
			return (N_("it is not UTF-8"));
		if (code == '\0')
			return (N_("it has a NUL byte, so it is not text"));
		if (code == '\r' && (i + 1 == len || body[i + 1] != '\n'))
			return (N_("it has a carriage return that ends no "
			    "line"));
		letter->is_ascii &= taken == 1;
		line = code == '\n' ? 0 : line + taken;
		if (line > letter->longest)
			letter->longest = line;
	}
	return (NULL);
}

/* LC_TIME stays "C" (base/intl.h): the names of days are English. */
int
letter_stamp(struct letter *letter, const char *host, struct cause *cause)
{
	time_t now = time(NULL);
	struct tm local;
	uint64_t dice;

	if (random_fill(&dice, sizeof(dice)) == -1) {
		cause_errno(cause, "getrandom", errno, NULL);
		return (-1);
	}
	localtime_r(&now, &local);
	strftime(letter->date, sizeof(letter->date),
	    "%a, %d %b %Y %H:%M:%S %z", &local);
	snprintf(letter->id, sizeof(letter->id), "%lld.%016" PRIx64 "@%s",
	    (long long)now, dice, host);
	return (0);
}

int
letter_format(const struct letter *letter, int eight_bit,
    struct letter_text *text, struct cause *cause)
{
	int quoted = letter->longest > LETTER_LINE_MAX ||
	    (!letter->is_ascii && !eight_bit);
	FILE *out;

	*text = (struct letter_text){
	    .is_eight_bit = !letter->is_ascii && !quoted };
	if ((out = open_memstream(&text->bytes, &text->len)) == NULL) {
		cause_errno(cause, "open_memstream", errno, NULL);
		return (-1);
	}
	put_head(letter, quoted ? "quoted-printable" :
	    text->is_eight_bit ? "8bit" : "7bit", out);
	put_body(letter, quoted, out);
	if (fclose(out) == 0 && text->bytes != NULL)
		return (0);
	cause_errno(cause, "open_memstream", ENOMEM, NULL);
	return (-1);
}

void
letter_text_fini(struct letter_text *text)
{
	free(text->bytes);
	text->bytes = NULL;
}

void
letter_fini(struct letter *letter)
{
	free(letter->body);
	letter->body = NULL;
}

static int
copy_body(struct letter *letter, FILE *in, const char *path,
    struct cause *cause)
{
	char piece[8192];
	FILE *out = open_memstream(&letter->body, &letter->body_len);
	size_t n, len = 0;

	if (out == NULL) {
		cause_errno(cause, "open_memstream", errno, NULL);
		return (-1);
	}
	errno = 0;
	while ((n = fread(piece, 1, sizeof(piece), in)) > 0 &&
	    (len += n) <= LETTER_BODY_MAX && fwrite(piece, 1, n, out) == n)
		continue;
	if (len > LETTER_BODY_MAX) {
		cause_errno(cause, "fread", EFBIG, path);
		fclose(out);
		return (-1);
	}
	if (ferror(in) || ferror(out)) {
		cause_errno(cause, ferror(in) ? "fread" : "fwrite", errno,
		    path);
		fclose(out);
		return (-1);
	}
	if (fclose(out) == 0)
		return (0);
	cause_errno(cause, "open_memstream", ENOMEM, NULL);
	return (-1);
}

static void
put_head(const struct letter *letter, const char *encoding, FILE *out)
{
	fprintf(out, "Date: %s\r\n", letter->date);
	fprintf(out, "From: %s\r\n", letter->from);
	fprintf(out, "To: %s\r\n", letter->to);
	put_subject(letter->subject, out);
	fprintf(out, "Message-ID: <%s>\r\n", letter->id);
	fprintf(out, "MIME-Version: 1.0\r\n");
	fprintf(out, "Content-Type: text/plain; charset=UTF-8\r\n");
	fprintf(out, "Content-Transfer-Encoding: %s\r\n\r\n", encoding);
}

/* As it is if that fits into a line; else as encoded words, each on a line
 * that begins with a blank (RFC 2047 2: no line of them is over 76). */
static void
put_subject(const char *subject, FILE *out)
{
	size_t len = strlen(subject), room = MIME_LINE_MAX -
	    (sizeof(SUBJECT) - 1);
	char word[MIME_LINE_SIZE];

	if (len == 0)
		return;
	fputs(SUBJECT, out);
	if (mime_is_plain(subject, len) && len <= room) {
		fprintf(out, "%s\r\n", subject);
		return;
	}
	while (len > 0) {
		size_t taken = mime_word(subject, len, room, word);

		subject += taken;
		len -= taken;
		fprintf(out, "%s\r\n%s", word, len > 0 ? " " : "");
		room = MIME_LINE_MAX - 1;
	}
}

static void
put_body(const struct letter *letter, int quoted, FILE *out)
{
	const char *line = letter->body;
	const char *end = letter->body + letter->body_len;

	while (line < end) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		const char *stop = newline != NULL ? newline : end;
		size_t len = line_len(line, (size_t)(stop - line));

		if (quoted)
			put_quoted(line, len, out);
		else
			fwrite(line, 1, len, out);
		fputs("\r\n", out);
		line = stop + 1;
	}
}

/* Without a carriage return, which is there if the text had CRLF. */
static size_t
line_len(const char *line, size_t len)
{
	return (len > 0 && line[len - 1] == '\r' ? len - 1 : len);
}

static void
put_quoted(const char *line, size_t len, FILE *out)
{
	char piece[MIME_LINE_SIZE];

	while (len > 0) {
		size_t taken = mime_quoted(line, len, piece);

		line += taken;
		len -= taken;
		fprintf(out, "%s%s", piece, len > 0 ? "\r\n" : "");
	}
}
