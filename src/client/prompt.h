/* prompt.h - lines that a person types while a socket may speak at any time.
 * On a terminal the line being typed can be edited, has a history, and is kept
 * intact: whatever arrives is printed above it.  Elsewhere (a pipe, a file, a
 * terminal that is dumb, no libedit) lines are read as they come, by the same
 * calls.
 *
 * One thread does it all, and its one select is the caller's: the prompt asks
 * for it whenever it needs a byte, in the middle of a line, too.
 *
 *	static enum prompt_wait
 *	wait_for_more(void *context, int fd, const sigset_t *signals)
 *	{
 *		FD_SET(fd, &readable);
 *		FD_SET(socket_fd, &readable);
 *		n = pselect(..., &readable, NULL, NULL, NULL, signals);
 *		if (n == -1)
 *			return (errno == EINTR ? PROMPT_AGAIN : PROMPT_LEAVE);
 *		if (FD_ISSET(socket_fd, &readable)) {
 *			prompt_hide(prompt);
 *			...				recv, printf
 *			prompt_show(prompt);
 *		}
 *		return (FD_ISSET(fd, &readable) ? PROMPT_READ : PROMPT_AGAIN);
 *	}
 *
 *	while (prompt_read(prompt, &line, &len) == PROMPT_LINE)
 *		...
 *
 * Ref: editline(3), POSIX pselect, XBD 11 (terminals).
 * See also: client/prompt_edit.h, tests/check_prompt.c,
 * tests/system/prompt.py */
#ifndef CLIENT_PROMPT_H
#define CLIENT_PROMPT_H

#include <signal.h>
#include <stddef.h>

#include "base/cause.h"

#define PROMPT_LINE_MAX	8300		/* bytes of a line, without its end */
#define PROMPT_LABEL_SIZE 128

/* What the caller's wait says. */
enum prompt_wait {
	PROMPT_READ,			/* there is something to read */
	PROMPT_AGAIN,			/* not yet: a signal came, or so */
	PROMPT_LEAVE			/* no more lines are wanted */
};

enum prompt_result {
	PROMPT_LINE,
	PROMPT_TOO_LONG,		/* one line was dropped */
	PROMPT_END,			/* the end of the input, or Ctrl-D */
	PROMPT_FAILED,			/* read said errno */
	PROMPT_LEFT			/* wait said PROMPT_LEAVE */
};

struct prompt_caller {
	/* Wait until fd can be read, and serve the sockets meanwhile.  signals
	 * is for pselect: but for that wait some may be blocked. */
	enum prompt_wait (*wait)(void *context, int fd,
			    const sigset_t *signals);
	/* The i-th word that may stand after the text before, from 0; NULL:
	 * there are no more.  Those that do not begin as the word being typed
	 * are left out by the prompt.  NULL: nothing is completed. */
	const char	*(*word)(void *context, const char *before, size_t i);
	/* Called before the words are asked for that a Tab completes: typed is
	 * the word being typed, as far as it is there.  NULL: nothing is to be
	 * got ready. */
	void		(*look_up)(void *context, const char *before,
			    const char *typed);
	void		*context;
};

struct prompt;

/*
 * prompt_open - read lines from standard input, from a terminal or not
 *   caller   copied; its context is kept
 *   plain    do not edit, whatever the terminal can do
 * Returns a prompt that prompt_close frees, or NULL with cause.
 * Blocks: no.   Threads: the main one; signals must not be blocked.
 */
struct prompt *prompt_open(const struct prompt_caller *caller, int plain,
	    struct cause *cause);

/* prompt_close - free it; the terminal is as it was.  Takes NULL. */
void	prompt_close(struct prompt *prompt);

/*
 * prompt_set_label - what stands before the line being typed, "pc3> "
 *   label   safe for a terminal; cut to PROMPT_LABEL_SIZE
 * Blocks: no.   Threads: the prompt's.
 */
void	prompt_set_label(struct prompt *prompt, const char *label);

/*
 * prompt_set_fleeting - is a line taken away as soon as it is typed?
 * Where a server repeats it, it would stand there twice.  A line that is not
 * edited stays.
 * Blocks: no.   Threads: the prompt's.
 */
void	prompt_set_fleeting(struct prompt *prompt, int fleeting);

/*
 * prompt_read - the next line that is typed
 *   line, len   receive it without its end; any bytes, good until the next
 *               call.  Edited, it is UTF-8
 * Ctrl-C leaves a line being edited, and ends the process if it is empty.  The
 * terminal is as it was before a signal ends or stops the process, and
 * whenever this call has returned.
 * Blocks: in the caller's wait.   Threads: the prompt's.
 */
enum prompt_result prompt_read(struct prompt *prompt, const char **line,
	    size_t *len);

/*
 * prompt_forget - the line that was read last has a secret in it: it is not for
 * the history
 *   prompt   NULL: none
 * Blocks: no.   Threads: the prompt's.
 */
void	prompt_forget(struct prompt *prompt);

/*
 * prompt_hide, prompt_show - before and after anything is printed on the
 * terminal, by whatever way
 * The line being typed is taken away, and put back below.  Neither does
 * anything if it is done already, or if no line is being edited.
 *   prompt   NULL: none
 * Blocks: as long as the terminal does.   Threads: the prompt's.
 */
void	prompt_hide(struct prompt *prompt);
void	prompt_show(struct prompt *prompt);

/*
 * prompt_lend, prompt_take_back - before and after a call that may block for
 * long, and waits for no key
 * The line being typed is taken away, the terminal is as it was, and signals
 * do at once what they did: Ctrl-C ends the process.  Neither does anything if
 * no line is being edited.
 *   prompt   NULL: none
 * Blocks: as long as the terminal does.   Threads: the prompt's.
 */
void	prompt_lend(struct prompt *prompt);
void	prompt_take_back(struct prompt *prompt);

#endif
