/* view.c - what the server says, as a person or a pipe reads it.
 * See also: tools/chat/view.h */
#include "tools/chat/view.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

static void put(struct view *, const char *, size_t);
static void put_name(struct view *, const char *, size_t);

/* Of the 256, those with a contrast of 4 at least to black and to white, and
 * far enough from each other. */
static const int colors[] = { 27, 28, 30, 31, 63, 64, 99, 130, 131, 133, 162,
    164 };

#define COLORS	(sizeof(colors) / sizeof(colors[0]))

void
view_init(struct view *view, const struct name_rules *rules, int color)
{
	*view = (struct view){ .rules = rules,
	    .terminal = isatty(STDOUT_FILENO),
	    .colored = log_wants_color((enum log_color)color, STDOUT_FILENO) };
}

void
view_line(struct view *view, const char *line, size_t len,
    const struct chat_heard *heard)
{
	const char *end = line + len;

	prompt_hide(view->prompt);
	if (view->colored && heard->kind >= CHAT_HEARD_NOTICE) {
		fputs("\033[2m", stdout);
		put(view, line, len);
		fputs("\033[0m", stdout);
	} else if (view->colored && heard->name_len > 0) {
		put(view, line, (size_t)(heard->name - line));
		put_name(view, heard->name, heard->name_len);
		line = heard->name + heard->name_len;
		put(view, line, (size_t)(end - line));
	} else
		put(view, line, len);
	putchar('\n');
	view->inside = 0;
}

void
view_piece(struct view *view, const char *bytes, size_t len)
{
	prompt_hide(view->prompt);
	put(view, bytes, len);
	view->inside = 1;
}

/* A pipe's reader, too, gets each line at once.  What the stream could not
 * write it has forgotten, and fflush may succeed; but not that it failed. */
void
view_flush(struct view *view)
{
	if ((fflush(stdout) == EOF || ferror(stdout)) && view->error == 0)
		view->error = errno != 0 ? errno : EIO;
}

void
view_log(struct view *view)
{
	view_flush(view);
	prompt_hide(view->prompt);
}

/* FNV-1a. */
int
view_color(const char *folded)
{
	uint32_t sum = 0x811c9dc5u;

	for (const char *byte = folded; *byte != '\0'; byte++)
		sum = (sum ^ (unsigned char)*byte) * 0x01000193u;
	return (colors[(sum ^ sum >> 16) % COLORS]);
}

static void
put(struct view *view, const char *bytes, size_t len)
{
	char safe[TEXT_SAFE_GROWTH * VIEW_LINE_MAX + 1];

	if (view->terminal)
		len = text_safe(safe, sizeof(safe), bytes, len, TEXT_ONE_LINE);
	if (fwrite(view->terminal ? safe : bytes, 1, len, stdout) < len &&
	    view->error == 0)
		view->error = errno;
}

static void
put_name(struct view *view, const char *name, size_t len)
{
	char folded[NAME_SIZE];

	if (name_fold(view->rules, name, len, folded) != NAME_GOOD)
		folded[0] = '\0';
	printf("\033[38;5;%dm", view_color(folded));
	put(view, name, len);
	fputs("\033[0m", stdout);
}
