/* prompt_signals.h - signals while the terminal is not as the shell left it.
 * A signal that ended or stopped the process then would leave a terminal
 * without echo.  So they are blocked but for the wait, where a handler notes
 * them and does nothing else: pselect opens the door and waits in one step, so
 * no signal comes between the look and the wait.
 * Ref: POSIX pselect, sigaction.   See also: client/prompt_edit.h */
#ifndef CLIENT_PROMPT_SIGNALS_H
#define CLIENT_PROMPT_SIGNALS_H

#include <signal.h>

#define PROMPT_SIGNALS	7

struct prompt_signals {
	sigset_t	 before;	/* the mask outside: that of the wait */
	struct sigaction actions[PROMPT_SIGNALS];	/* what was done then */
};

/*
 * prompt_signals_take - block them, and note them from now on
 * SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH; those that are
 * ignored stay so.
 * Blocks: no.   Threads: one that has the terminal.
 */
void	prompt_signals_take(struct prompt_signals *signals);

/* prompt_signals_leave - let them do again what they did. */
void	prompt_signals_leave(const struct prompt_signals *signals);

/* prompt_signals_next - the number of one that came, once, or 0. */
int	prompt_signals_next(void);

/*
 * prompt_signals_give - let one do what it did, now
 * Returns if the process is still there: continued, or it had a handler.
 * Blocks: while it is stopped.   Threads: as prompt_signals_take.
 */
void	prompt_signals_give(struct prompt_signals *signals, int number);

#endif
