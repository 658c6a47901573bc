/* screen.c - a conversation, as a person or a pipe reads it: a line each.
 * See also: tools/mixed/screen.h */
#include "tools/mixed/screen.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

#define PIECE_SIZE	1024

static size_t piece_len(const char *, size_t);
static void put_exact(const char *, size_t);

static const char *const paints[] = {
	[SCREEN_PLAIN] = "\033[0m",
	[SCREEN_NAME] = "\033[1m",
	[SCREEN_PRIVATE] = "\033[1;35m",
	[SCREEN_FAINT] = "\033[2m",
	[SCREEN_WRONG] = "\033[31m",
};

void
screen_init(struct screen *screen, int color, int quiet)
{
	*screen = (struct screen){ .terminal = isatty(STDOUT_FILENO),
	    .colored = log_wants_color((enum log_color)color, STDOUT_FILENO),
	    .quiet = quiet };
}

void
screen_begin(struct screen *screen)
{
	prompt_hide(screen->prompt);
}

/* A pipe's reader, too, gets each line at once.  What the stream could not
 * write it has forgotten, and fflush may succeed; but not that it failed. */
void
screen_end(struct screen *screen)
{
	screen_paint(screen, SCREEN_PLAIN);
	putchar('\n');
	if ((fflush(stdout) == EOF || ferror(stdout)) && screen->error == 0)
		screen->error = errno != 0 ? errno : EIO;
}

void
screen_say(struct screen *screen, const char *format, ...)
{
	va_list args;

	(void)screen;
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
}

void
screen_put(struct screen *screen, const char *text)
{
	screen_put_bytes(screen, text, strlen(text));
}

void
screen_put_bytes(struct screen *screen, const char *bytes, size_t len)
{
	char safe[TEXT_SAFE_GROWTH * PIECE_SIZE + 1];

	while (len > 0) {
		size_t n = piece_len(bytes, len);

		if (screen->terminal)
			fwrite(safe, 1, text_safe(safe, sizeof(safe), bytes,
			    n, TEXT_ONE_LINE), stdout);
		else
			put_exact(bytes, n);
		bytes += n;
		len -= n;
	}
}

void
screen_paint(struct screen *screen, enum screen_paint paint)
{
	if (screen->colored)
		fputs(paints[paint], stdout);
}

void
screen_note(struct screen *screen, const char *format, ...)
{
	va_list args;

	screen_begin(screen);
	screen_say(screen, "* ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	screen_end(screen);
}

void
screen_warn(struct screen *screen, const char *format, ...)
{
	va_list args;

	screen_begin(screen);
	screen_paint(screen, SCREEN_WRONG);
	screen_say(screen, "! ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	screen_end(screen);
}

void
screen_log(struct screen *screen)
{
	fflush(stdout);
	prompt_hide(screen->prompt);
}

/* As much as is made safe in one go, never half of a character. */
static size_t
piece_len(const char *bytes, size_t len)
{
	size_t n = PIECE_SIZE;

	if (len <= PIECE_SIZE)
		return (len);
	while (n > PIECE_SIZE - 4 && (bytes[n] & 0xc0) == 0x80)
		n--;
	return (n);
}

static void
put_exact(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\n')
			fputs("\\n", stdout);
		else if (bytes[i] == '\r')
			fputs("\\r", stdout);
		else
			putchar(bytes[i]);
	}
}
