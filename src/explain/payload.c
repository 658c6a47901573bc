/* payload.c - bytes shown, secrets masked.
 * See also: explain/payload.h */
#include "explain/payload.h"

#include <string.h>
#include <strings.h>

#include "explain/output.h"

#define SECRET_LINES	2		/* that follow AUTH */
#define LONGEST_WORD	10		/* "password", with quotes */
#define PIECE		256

/* Where a direction stands in its line, between two calls: kept in one word of
 * the descriptor's row. */
struct place_in_line {
	unsigned	 at;		/* bytes of the line so far, to 15 */
	unsigned	 matches_pass, matches_auth;	/* so far */
	unsigned	 word;		/* bytes of "password" so far */
	unsigned	 is_secret;
	unsigned	 lines;		/* secret ones that follow */
};

static int is_masked(struct place_in_line *, char);
static void line_ends(struct place_in_line *);
static void line_load(struct place_in_line *, uint32_t);
static uint32_t line_store(const struct place_in_line *);

static void
line_load(struct place_in_line *line, uint32_t state)
{
	line->at = state & 15;
	line->matches_pass = !(state >> 4 & 1);
	line->matches_auth = !(state >> 5 & 1);
	line->word = state >> 6 & 15;
	line->is_secret = state >> 10 & 1;
	line->lines = state >> 11 & 3;
}

static uint32_t
line_store(const struct place_in_line *line)
{
	return (line->at | (uint32_t)!line->matches_pass << 4 |
	    (uint32_t)!line->matches_auth << 5 | line->word << 6 |
	    line->is_secret << 10 | line->lines << 11);
}

static void
line_ends(struct place_in_line *line)
{
	line->at = line->word = 0;
	line->matches_pass = line->matches_auth = 1;
	line->is_secret = line->lines > 0;
	if (line->lines > 0)
		line->lines--;
}

/* Is this byte, the next of its line, a secret? */
static int
is_masked(struct place_in_line *line, char c)
{
	static const char password[] = "\"password\"";
	int was_secret = line->is_secret;
	char upper = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;

	if (c == '\n') {
		line_ends(line);
		return (0);
	}
	if (line->at < 4) {
		line->matches_pass &= upper == "PASS"[line->at];
		line->matches_auth &= upper == "AUTH"[line->at];
	}
	if (line->at < 15)
		line->at++;
	if (line->at == 4 && (line->matches_pass || line->matches_auth)) {
		line->is_secret = 1;
		line->lines = line->matches_auth ? SECRET_LINES : 0;
	}
	if (c == password[line->word])
		line->word++;
	else
		line->word = c == '"';
	if (line->word == LONGEST_WORD) {
		line->is_secret = 1;
		line->word = 0;
	}
	return (was_secret && c != '\r');
}

void
payload_add(struct words *words, const struct call *call)
{
	uint64_t left = call->bytes, shown = 0;
	uint64_t limit = (uint64_t)output_settings()->bytes;
	int is_out = call->direction > 0, stars = 0, is_cut = 0;
	struct place_in_line line;
	size_t i, len = 0;
	char piece[PIECE];

	/* A datagram begins a line of its own. */
	line_load(&line, call->traits & IS_DATAGRAM ? 0 :
	    sock_state(call->fd, is_out));
	words_add(words, ", \"");
	for (const struct iovec *data = call->data; left > 0; data++)
		for (i = 0; i < data->iov_len && left > 0; i++, left--) {
			char c = ((const char *)data->iov_base)[i];

			if (is_masked(&line, c)) {
				c = '*';
				if (stars++ >= 4)
					continue;
			} else
				stars = 0;
			/* A byte takes six at most, as \u001b. */
			if (shown >= limit || words->len + 6 * (len + 2) >
			    words->size) {
				is_cut = 1;
				continue;
			}
			shown++;
			piece[len++] = c;
			if (len == sizeof(piece)) {
				words_safe(words, piece, len);
				len = 0;
			}
		}
	words_safe(words, piece, len);
	words_add(words, "\"%s", is_cut ? "..." : "");
	sock_set_state(call->fd, is_out, line_store(&line));
}
