/* thread.h - which thread calls, and what each of them waits in.
 * See also: explain/sock.h */
#ifndef EXPLAIN_THREAD_H
#define EXPLAIN_THREAD_H

#include <pthread.h>
#include <stdint.h>

#include "explain/words.h"

#define THREAD_NAME_SIZE	16	/* the kernel's limit, too */
#define THREAD_MAX		4096	/* at once; more have no row */

/* A thread that waits, as the table shows it. */
struct thread_wait {
	char		 name[THREAD_NAME_SIZE];
	const char	*call;		/* NULL: it does not wait */
	int		 fd;		/* -1: of no descriptor */
	int64_t		 since_ns;
};

/* A thread that is about to be made. */
struct thread_birth {
	int		 number;	/* from 1 on */
	int		 row;		/* in the table; -1: that is full */
};

/* thread_reserve - a number and a row for the next thread that will be made
 * thread_born - it was made, and has this handle
 * thread_unborn - it was not */
struct thread_birth thread_reserve(void);
void	thread_born(const struct thread_birth *birth, pthread_t handle);
void	thread_unborn(const struct thread_birth *birth);

/* thread_begin, thread_end - its life, told by itself.  A thread that begins
 * otherwise (birth is NULL) is noticed by its first call. */
void	thread_begin(const struct thread_birth *birth);
void	thread_end(void);

/* thread_self - the number of this one; 0 is the first of the process */
int	thread_self(void);

/* thread_tid - the kernel's number of this thread */
int	thread_tid(void);

/* thread_name - this thread's name: what the program has given it, else "main"
 * or "thread-2" */
void	thread_name(char name[THREAD_NAME_SIZE]);

/* thread_name_of - the name of a thread by its number, also of one that has
 * ended and had no name of its own */
void	thread_name_of(int number, char name[THREAD_NAME_SIZE]);

/* thread_add - add the name of a thread by the handle of pthread_create */
void	thread_add(struct words *words, pthread_t handle);

/* thread_rename - the program gives a thread a name */
void	thread_rename(pthread_t handle, const char *name);

/* thread_waits - this thread is about to wait; NULL: no longer */
void	thread_waits(const char *call, int fd, int64_t since_ns);

/*
 * thread_wait - the row of a table of those who wait
 *   row   0 to THREAD_MAX - 1
 * Returns 1, or 0 if no thread has that row.
 * Blocks: no.   Threads: safe.   Signal handlers: safe.
 */
int	thread_wait(int row, struct thread_wait *wait);

/* thread_forked - in the child, only this thread is left */
void	thread_forked(void);

#endif
