/* log.h - what a program tells on standard error: one line an event.
 * Each line leaves in one write, so lines of many threads never interleave.
 * A peer's bytes go through text_safe (base/text.h) before they come here.
 * The log sink is one of the three things that are truly a process's own.
 * Standard error may be a paused pager or a terminal after Ctrl-S: a line that
 * it does not take is dropped and counted, and nobody waits for it.
 * See also: tests/check_log.c */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/cause.h"

#define LOG_LINE_SIZE	2048		/* longer lines are cut */
#define LOG_PATIENCE_MS	100

enum log_level {
	LOG_LEVEL_ERROR,		/* something failed */
	LOG_LEVEL_WARNING,		/* -q shows no more than this */
	LOG_LEVEL_EVENT,		/* the story: who came, what was said */
	LOG_LEVEL_DETAIL		/* -v: with the time of day */
};

enum log_color {
	LOG_COLOR_AUTO,			/* if standard error is a terminal */
	LOG_COLOR_ALWAYS,
	LOG_COLOR_NEVER
};

/*
 * log_open - name the program and choose how much is said
 *   program   begins each line; a string constant
 *   level     the last level that is written
 *   color     errors red, warnings yellow; AUTO heeds NO_COLOR and TERM=dumb
 * Until then warnings and errors are written, without a name.
 * Blocks: no.   Threads: call before any starts.
 */
void	log_open(const char *program, enum log_level level,
	    enum log_color color);

/*
 * log_wants_color - should what goes to fd be coloured?
 *   color   AUTO: if fd is a terminal that is not dumb, and NO_COLOR is unset
 * Blocks: no.   Threads: safe, if nobody sets the environment.
 */
int	log_wants_color(enum log_color color, int fd);

/*
 * log_to_syslog - send what follows to syslog instead: standard error is a
 * client's socket
 * Blocks: no.   Threads: call before any starts.   Ref: POSIX syslog.
 */
void	log_to_syslog(void);

/*
 * log_shows - is this level written?  Ask before costly preparations.
 * Blocks: no.   Threads: safe.
 */
int	log_shows(enum log_level level);

/*
 * log_line - write one line if its level is shown
 *   format   as printf, without newline
 * errno is kept.
 * Blocks: LOG_PATIENCE_MS at most, and not again while nothing is taken.
 * Threads: safe.
 */
void	log_line(enum log_level level, const char *format, ...)
	    __attribute__((format(printf, 2, 3)));

/*
 * log_text - write whole lines as they are: a table that was asked for
 * Shown at every level.
 * Blocks: as log_line, for each piece of it.   Threads: safe.
 */
void	log_text(const char *text, size_t len);

/*
 * log_cause - write an error line with its cause:
 *	"fil-mixedd: cannot listen on 127.0.0.1:21: bind: Permission denied"
 *   doing   "cannot listen on", "cannot connect to", translated
 * Blocks: as log_line.   Threads: safe.
 */
void	log_cause(const char *doing, const struct cause *cause);

#endif
