/* wrap.h - what the wrappers share.
 * Those are the functions of libc's names, in wrap_*.c: the only ones that the
 * program can see.   See also: explain/call.h, explain/real.h */
#ifndef EXPLAIN_WRAP_H
#define EXPLAIN_WRAP_H

/* Everything else is hidden: a program may have functions of the same names. */
#define WRAPPER	__attribute__((visibility("default")))

#include "explain/call.h"

/* wrap_last_client - the connection that this thread has accepted last and
 * given no thread yet; -1: none */
int	wrap_last_client(void);
void	wrap_set_last_client(int fd);

/* wrap_is_stranger - is this the child of a vfork, in its parent's memory?
 * What it does to descriptors is none of the parent's. */
int	wrap_is_stranger(void);

/* wrap_table_signals - how many signals of this thread were for the table alone
 * wrap_again - has one more of them cut short this call, so that it is to be
 * made again?  *signals is what wrap_table_signals gave before. */
unsigned wrap_table_signals(void);
int	wrap_again(ssize_t result, unsigned *signals);

/* wrap_finish - the process ends: what was never closed? */
void	wrap_finish(void);

#endif
