/* prompt_edit.c - the line being typed, edited by libedit.
 * libedit asks read_character for each key, in the middle of an escape
 * sequence or of a search, too; there the caller's select waits for terminal
 * and socket together.  It draws, but it can only draw anew: taking the line
 * away is our work (prompt_edit_hide).
 * See also: client/prompt_edit.h, tests/system/prompt.py */
#include "client/prompt_edit.h"

#include <errno.h>
#include <histedit.h>
#include <langinfo.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "base/text.h"
#include "base/wipe.h"
#include "client/prompt_place.h"
#include "client/prompt_signals.h"
#include "client/prompt_words.h"

#define HISTORY_LINES	500
#define NO_EVENT	(-1)

struct prompt_edit {
	const struct prompt_caller *caller;
	EditLine	*el;
	HistoryW	*history;
	int		 latest;	/* of its events, or NO_EVENT */
	locale_t	 utf8;		/* 0: the process's own is it */
	wchar_t		 label[PROMPT_LABEL_SIZE];
	struct prompt_signals signals;
	int		 reading;	/* in el_wgets */
	int		 hidden;	/* the line is, for now */
	int		 abandoned;	/* by Ctrl-C */
	enum prompt_result result;	/* why there is no line */
	char		 bytes[4];	/* of a character that is half here */
	size_t		 bytes_len;
	char		 line[PROMPT_LINE_MAX + 1];
};

static void act_on_signals(struct prompt_edit *);
static unsigned char complete(EditLine *, wint_t);
static int has_whole_character(struct prompt_edit *, wchar_t *);
static int keep_line(struct prompt_edit *, const wchar_t *, size_t, size_t *);
static wchar_t *label(EditLine *);
static int prepare(struct prompt_edit *);
static int read_character(EditLine *, wchar_t *);
static int rows_above(const struct prompt_edit *);
static unsigned char take_away(EditLine *, wint_t);
static int terminal_is_able(EditLine *);
static void use_utf8(struct prompt_edit *);
static int wait_for_byte(struct prompt_edit *);

struct prompt_edit *
prompt_edit_open(const struct prompt_caller *caller)
{
	const char *term = getenv("TERM");
	struct prompt_edit *edit;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) ||
	    term == NULL || strcmp(term, "dumb") == 0 ||
	    (edit = calloc(1, sizeof(*edit))) == NULL)
		return (NULL);
	edit->caller = caller;
	use_utf8(edit);
	if (prepare(edit) == -1) {
		prompt_edit_close(edit);
		return (NULL);
	}
	return (edit);
}

void
prompt_edit_close(struct prompt_edit *edit)
{
	if (edit == NULL)
		return;
	if (edit->el != NULL)
		el_end(edit->el);
	if (edit->history != NULL)
		history_wend(edit->history);
	if (edit->utf8 != (locale_t)0) {
		uselocale(LC_GLOBAL_LOCALE);
		freelocale(edit->utf8);
	}
	free(edit);
}

void
prompt_edit_set_label(struct prompt_edit *edit, const char *text)
{
	prompt_words_widen(edit->label, PROMPT_LABEL_SIZE, text);
}

/* Both keys of Enter. */
void
prompt_edit_set_fleeting(struct prompt_edit *edit, int fleeting)
{
	const wchar_t *action = fleeting ? L"fil-take-away" : L"ed-newline";

	el_wset(edit->el, EL_BIND, L"^M", action, NULL);
	el_wset(edit->el, EL_BIND, L"^J", action, NULL);
}

enum prompt_result
prompt_edit_read(struct prompt_edit *edit, const char **line, size_t *len)
{
	const wchar_t *typed;
	HistEventW event;
	int count;

	do {
		edit->abandoned = 0;
		edit->result = PROMPT_END;
		prompt_signals_take(&edit->signals);
		edit->reading = 1;
		/* libedit would show the label first, and keys meanwhile. */
		el_wset(edit->el, EL_PREP_TERM, 1);
		typed = el_wgets(edit->el, &count);
		edit->reading = 0;
		prompt_signals_leave(&edit->signals);
		/* What is not hidden stays, and what follows goes below. */
		if ((typed == NULL || count <= 0) && !edit->hidden)
			putchar('\n');
		edit->hidden = 0;
		fflush(stdout);
	} while (edit->abandoned);
	if (typed == NULL || count <= 0)
		return (edit->result);
	edit->latest = count > 1 && history_w(edit->history, &event, H_ENTER,
	    typed) == 1 ? event.num : NO_EVENT;
	*line = edit->line;
	return (keep_line(edit, typed, (size_t)count - 1, len) == 0 ?
	    PROMPT_LINE : PROMPT_TOO_LONG);
}

void
prompt_edit_forget(struct prompt_edit *edit)
{
	HistEventW event;

	/* Its text comes back as a copy, which is the caller's. */
	if (edit->latest != NO_EVENT && history_w(edit->history, &event, H_DEL,
	    edit->latest) == 0) {
		wipe((void *)event.str, wcslen(event.str) * sizeof(wchar_t));
		free((void *)event.str);
	}
	edit->latest = NO_EVENT;
}

/* From the cursor up to the row of the label, and clear what is below. */
void
prompt_edit_hide(struct prompt_edit *edit)
{
	if (!edit->reading || edit->hidden)
		return;
	edit->hidden = 1;
	putchar('\r');
	for (int rows = rows_above(edit); rows > 0; rows--)
		el_wset(edit->el, EL_ECHOTC, L"up", NULL);
	el_wset(edit->el, EL_ECHOTC, L"cd", NULL);
	fflush(stdout);
}

void
prompt_edit_show(struct prompt_edit *edit)
{
	if (!edit->reading || !edit->hidden)
		return;
	edit->hidden = 0;
	fflush(stdout);
	el_wset(edit->el, EL_REFRESH);
}

void
prompt_edit_lend(struct prompt_edit *edit)
{
	if (!edit->reading)
		return;
	prompt_edit_hide(edit);
	el_wset(edit->el, EL_PREP_TERM, 0);
	prompt_signals_leave(&edit->signals);
}

/* The terminal has shown the keys, and may have another width. */
void
prompt_edit_take_back(struct prompt_edit *edit)
{
	if (!edit->reading)
		return;
	prompt_signals_take(&edit->signals);
	el_wset(edit->el, EL_PREP_TERM, 1);
	putchar('\r');
	el_wset(edit->el, EL_ECHOTC, L"cd", NULL);
	el_resize(edit->el);
}

/* What we write is UTF-8 wherever it goes (base/intl.c), and so is what is
 * typed; libedit believes the locale, which may be "C". */
static void
use_utf8(struct prompt_edit *edit)
{
	locale_t own;

	if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ||
	    (own = duplocale(LC_GLOBAL_LOCALE)) == (locale_t)0)
		return;
	edit->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", own);
	if (edit->utf8 == (locale_t)0)
		freelocale(own);
	else
		uselocale(edit->utf8);
}

/* The user's own keys (~/.editrc) come after ours. */
static int
prepare(struct prompt_edit *edit)
{
	HistEventW event;

	edit->history = history_winit();
	edit->el = el_init("fil", stdin, stdout, stderr);
	if (edit->history == NULL || edit->el == NULL ||
	    !terminal_is_able(edit->el))
		return (-1);
	history_w(edit->history, &event, H_SETSIZE, HISTORY_LINES);
	history_w(edit->history, &event, H_SETUNIQUE, 1);
	el_wset(edit->el, EL_CLIENTDATA, edit);
	el_wset(edit->el, EL_HIST, history_w, edit->history);
	el_wset(edit->el, EL_PROMPT, label);
	el_wset(edit->el, EL_GETCFN, read_character);
	el_wset(edit->el, EL_EDITOR, L"emacs");
	el_wset(edit->el, EL_ADDFN, L"fil-complete", L"complete a word",
	    complete);
	el_wset(edit->el, EL_BIND, L"^I", L"fil-complete", NULL);
	el_wset(edit->el, EL_ADDFN, L"fil-take-away", L"end a line unseen",
	    take_away);
	el_source(edit->el, NULL);
	return (0);
}

/* Can the cursor go up, and can what is below it be cleared? */
static int
terminal_is_able(EditLine *el)
{
	char *up = NULL, *clear = NULL;

	return (el_get(el, EL_GETTC, "up", &up, NULL) == 0 && up != NULL &&
	    el_get(el, EL_GETTC, "cd", &clear, NULL) == 0 && clear != NULL);
}

static wchar_t *
label(EditLine *el)
{
	struct prompt_edit *edit;

	el_wget(el, EL_CLIENTDATA, &edit);
	return (edit->label);
}

/* libedit's EL_GETCFN: 1 with a character, 0 at the end, -1 for no more. */
static int
read_character(EditLine *el, wchar_t *character)
{
	struct prompt_edit *edit;

	el_wget(el, EL_CLIENTDATA, &edit);
	while (wait_for_byte(edit)) {
		ssize_t n = read(STDIN_FILENO, edit->bytes + edit->bytes_len,
		    1);

		if (n == -1 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)		/* the terminal is gone */
			return (0);
		edit->bytes_len++;
		if (has_whole_character(edit, character))
			return (1);
	}
	return (-1);
}

/* Bytes that are not UTF-8 are left out. */
static int
has_whole_character(struct prompt_edit *edit, wchar_t *character)
{
	unsigned char first = (unsigned char)edit->bytes[0];
	unsigned char last = (unsigned char)edit->bytes[edit->bytes_len - 1];
	size_t need = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 :
	    4;
	uint32_t code = 0;
	size_t len;

	if (edit->bytes_len > 1 && (last & 0xc0) != 0x80) {
		/* A character broke off; this byte begins another. */
		edit->bytes[0] = (char)last;
		edit->bytes_len = 1;
		return (has_whole_character(edit, character));
	}
	if (edit->bytes_len < need)
		return (0);
	len = text_utf8_next(edit->bytes, edit->bytes_len, &code);
	edit->bytes_len = 0;
	*character = (wchar_t)code;
	return (len > 0);
}

/* Returns 1 when a byte can be read, 0 if no more are wanted. */
static int
wait_for_byte(struct prompt_edit *edit)
{
	const struct prompt_caller *caller = edit->caller;

	for (;;) {
		act_on_signals(edit);
		if (edit->abandoned)
			return (0);
		switch (caller->wait(caller->context, STDIN_FILENO,
		    &edit->signals.before)) {
		case PROMPT_READ:
			return (1);
		case PROMPT_LEAVE:
			edit->result = PROMPT_LEFT;
			return (0);
		case PROMPT_AGAIN:
			break;
		}
	}
}

/* Signals that came in the last wait, the terminal being ours. */
static void
act_on_signals(struct prompt_edit *edit)
{
	const LineInfoW *line = el_wline(edit->el);
	int number;

	while ((number = prompt_signals_next()) != 0) {
		if (number == SIGINT && line->lastchar > line->buffer) {
			edit->abandoned = 1;
			prompt_edit_hide(edit);
			continue;
		}
		if (number == SIGWINCH)
			el_resize(edit->el);
		prompt_edit_hide(edit);
		if (number != SIGWINCH) {
			/* SIGCONT: a shell may have changed the terminal. */
			el_wset(edit->el, EL_PREP_TERM, 0);
			prompt_signals_give(&edit->signals, number);
			el_wset(edit->el, EL_PREP_TERM, 1);
		}
		prompt_edit_show(edit);
	}
}

static int
rows_above(const struct prompt_edit *edit)
{
	const LineInfoW *line = el_wline(edit->el);
	struct prompt_place cursor = { .columns = 80 };
	int rows = 24;

	el_get(edit->el, EL_GETTC, "co", &cursor.columns, NULL);
	el_get(edit->el, EL_GETTC, "li", &rows, NULL);
	for (const wchar_t *c = edit->label; *c != L'\0'; c++)
		prompt_place_after(&cursor, *c);
	for (const wchar_t *c = line->buffer; c < line->cursor; c++)
		prompt_place_after(&cursor, *c);
	if (line->cursor < line->lastchar)
		prompt_place_before(&cursor, *line->cursor);
	/* Of a line longer than the screen, the first rows are not drawn. */
	return (cursor.row < rows ? cursor.row : rows - 1);
}

/* The Tab key. */
static unsigned char
complete(EditLine *el, wint_t key)
{
	struct prompt_edit *edit;
	const LineInfoW *line = el_wline(el);
	const wchar_t *word = line->cursor;
	char before[PROMPT_LINE_MAX + 1];
	char typed[PROMPT_WORD_SIZE], common[PROMPT_WORD_SIZE];
	wchar_t more[PROMPT_WORD_SIZE];
	size_t found;

	(void)key;
	el_wget(el, EL_CLIENTDATA, &edit);
	while (word > line->buffer && (word[-1] != L' ' || (word - 1 >
	    line->buffer && word[-2] == L'\\')))	/* a blank of it */
		word--;
	prompt_words_narrow(before, sizeof(before), line->buffer, word);
	prompt_words_narrow(typed, sizeof(typed), word, line->cursor);
	if (edit->caller->word == NULL || (found = prompt_words_common(
	    edit->caller, before, typed, common)) == 0)
		return (CC_REFRESH_BEEP);
	if (found > 1 && strlen(common) <= strlen(typed)) {
		prompt_edit_hide(edit);
		prompt_words_print(edit->caller, before, typed, stdout);
		prompt_edit_show(edit);
		return (CC_NORM);
	}
	prompt_words_widen(more, PROMPT_WORD_SIZE, common + strlen(typed));
	el_winsertstr(el, more);
	if (found == 1 && common[strlen(common) - 1] != '/') /* a folder's */
		el_winsertstr(el, L" ");
	return (CC_REFRESH);
}

/* The Enter key, where the line is fleeting. */
static unsigned char
take_away(EditLine *el, wint_t key)
{
	struct prompt_edit *edit;
	const LineInfoW *line = el_wline(el);

	(void)key;
	el_wget(el, EL_CLIENTDATA, &edit);
	prompt_edit_hide(edit);
	el_cursor(el, (int)(line->lastchar - line->cursor));
	el_winsertstr(el, L"\n");
	return (CC_NEWLINE);
}

static int
keep_line(struct prompt_edit *edit, const wchar_t *typed, size_t count,
    size_t *len)
{
	*len = 0;
	for (size_t i = 0; i < count; i++) {
		if (*len + 4 > PROMPT_LINE_MAX)
			return (-1);
		*len += text_utf8_put(edit->line + *len, (uint32_t)typed[i]);
	}
	return (0);
}
