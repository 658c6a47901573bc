/* smtp_reply.c - what a mail server answers.
 * See also: proto/smtp_reply.h, tests/check_smtp_reply.c */
#include "proto/smtp_reply.h"

#include <string.h>
#include <strings.h>

#include "base/intl.h"
#include "base/num.h"
#include "proto/reply_line.h"

/* A word of a line: up to a blank, or the end. */
struct word {
	const char	*at;
	size_t		 len;
};

static size_t enhanced_parse(const struct reply_line *, int [3]);
static int has_word(const char *, size_t, const char *);
static void keep_text(struct smtp_reply *, const struct reply_line *);
static struct word next_word(const char **, size_t *);
static int word_is(const struct word *, const char *);

static const char *const wrong[] = {
	[SMTP_REPLY_NO_CODE] = N_("a reply must begin with three digits"),
	[SMTP_REPLY_BAD_CODE] = N_("SMTP has no reply with such a code"),
	[SMTP_REPLY_CODE_CHANGED] = N_("the code changes within a reply"),
	[SMTP_REPLY_ENDLESS] = N_("the reply has too many lines"),
};

enum smtp_reply_verdict
smtp_reply_add(struct smtp_reply *reply, const char *buf, size_t len)
{
	struct reply_line line;

	if (reply_line_parse(buf, len, &line) == -1)
		return (SMTP_REPLY_NO_CODE);
	if (line.code < 200)
		return (SMTP_REPLY_BAD_CODE);
	if (reply->lines > 0 && line.code != reply->code)
		return (SMTP_REPLY_CODE_CHANGED);
	if (reply->lines == SMTP_REPLY_LINES_MAX)
		return (SMTP_REPLY_ENDLESS);
	if (reply->lines++ == 0) {
		reply->code = line.code;
		keep_text(reply, &line);
	}
	return (line.more ? SMTP_REPLY_MORE : SMTP_REPLY_DONE);
}

const char *
smtp_reply_wrong(enum smtp_reply_verdict verdict)
{
	return (wrong[verdict]);
}

void
smtp_features_add(struct smtp_features *features, const char *buf, size_t len)
{
	struct reply_line line;
	struct word keyword, value;

	if (reply_line_parse(buf, len, &line) == -1)
		return;
	keyword = next_word(&line.text, &line.len);
	if (word_is(&keyword, "8BITMIME"))
		features->eight_bit = 1;
	else if (word_is(&keyword, "STARTTLS"))
		features->starttls = 1;
	else if (word_is(&keyword, "AUTH"))
		features->auth_plain |= has_word(line.text, line.len, "PLAIN");
	else if (word_is(&keyword, "SIZE")) {
		features->size = 1;
		value = next_word(&line.text, &line.len);
		if (num_parse(value.at, value.len, UINT64_MAX,
		    &features->size_max) == -1)
			features->size_max = 0;
	}
}

static void
keep_text(struct smtp_reply *reply, const struct reply_line *line)
{
	size_t skip = enhanced_parse(line, reply->enhanced);
	size_t len = line->len - skip;

	if (len >= sizeof(reply->text))
		len = sizeof(reply->text) - 1;
	memcpy(reply->text, line->text + skip, len);
	reply->text[len] = '\0';
	for (size_t i = 0; i < len; i++)
		if (reply->text[i] == '\0')
			reply->text[i] = '?';
}

/* RFC 3463 2: class "." subject "." detail, and a class that is the first
 * digit of the code.  Returns how many bytes it takes, with the blank behind;
 * 0 if there is none. */
static size_t
enhanced_parse(const struct reply_line *line, int enhanced[3])
{
	static const uint64_t largest[] = { 5, 999, 999 };
	size_t at = 0;
	int numbers[3];

	for (int i = 0; i < 3; i++) {
		size_t digits = 0;
		uint64_t number;

		while (at + digits < line->len && digits < 4 &&
		    line->text[at + digits] >= '0' &&
		    line->text[at + digits] <= '9')
			digits++;
		if (num_parse(line->text + at, digits, largest[i],
		    &number) == -1)
			return (0);
		numbers[i] = (int)number;
		at += digits;
		if (at < line->len && line->text[at] != (i < 2 ? '.' : ' '))
			return (0);
		at += at < line->len;
	}
	if (numbers[0] != line->code / 100)
		return (0);
	memcpy(enhanced, numbers, sizeof(numbers));
	return (at);
}

static struct word
next_word(const char **at, size_t *left)
{
	struct word word;

	while (*left > 0 && **at == ' ') {
		(*at)++;
		(*left)--;
	}
	word = (struct word){ .at = *at };
	while (word.len < *left && word.at[word.len] != ' ')
		word.len++;
	*at += word.len;
	*left -= word.len;
	return (word);
}

static int
has_word(const char *at, size_t left, const char *wanted)
{
	struct word word;

	while ((word = next_word(&at, &left)).len > 0)
		if (word_is(&word, wanted))
			return (1);
	return (0);
}

/* RFC 5321 2.4: in either case. */
static int
word_is(const struct word *word, const char *wanted)
{
	return (word->len == strlen(wanted) &&
	    strncasecmp(word->at, wanted, word->len) == 0);
}
