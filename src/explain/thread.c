/* thread.c - a row for each thread that has made a call.
 * See also: explain/thread.h */
#include "explain/thread.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As in sock.c: each thread writes into its own, and shares no cache line. */
struct row {
	alignas(64) atomic_int tid;		/* 0: the row is free */
	atomic_int	 number;
	atomic_ullong	 name[2];		/* 16 bytes, or 0: none */
	_Atomic(const char *) call;
	atomic_int	 fd;
	atomic_llong	 since_ns;
	atomic_uintptr_t handle;
};

/* A thread that has ended is still called by its name, by whoever joins it,
 * until about so many others have begun. */
#define KEPT		64

static struct row rows[THREAD_MAX];
static atomic_int last_number;
static atomic_int rows_used;

/* Reached without a lock or an allocation, in a signal handler too. */
static _Thread_local struct row *mine
	__attribute__((tls_model("initial-exec")));
static _Thread_local int my_number
	__attribute__((tls_model("initial-exec"))) = -1;
static _Thread_local int my_tid
	__attribute__((tls_model("initial-exec")));

#define UNBORN	(-1)			/* the tid of a row that is reserved */

static void name_by_number(int, char *);
static void name_load(struct row *, char *);
static struct row *row_of(pthread_t);
static int row_take(int, int);

/* A free row for this thread's number, or -1. */
static int
row_take(int tid, int number)
{
	int nobody, used = rows_used;

	for (int n = 0; n < THREAD_MAX; n++) {
		int i = (number % KEPT + n) % THREAD_MAX;

		nobody = 0;
		if (rows[i].tid != 0 || !atomic_compare_exchange_strong(
		    &rows[i].tid, &nobody, tid))
			continue;
		rows[i].call = NULL;
		rows[i].name[0] = rows[i].name[1] = 0;
		rows[i].number = number;
		while (used <= i && !atomic_compare_exchange_weak(&rows_used,
		    &used, i + 1))
			continue;
		return (i);
	}
	return (-1);
}

struct thread_birth
thread_reserve(void)
{
	struct thread_birth birth;

	birth.number = atomic_fetch_add(&last_number, 1) + 1;
	birth.row = row_take(UNBORN, birth.number);
	return (birth);
}

void
thread_born(const struct thread_birth *birth, pthread_t handle)
{
	/* It may have begun, and ended, and left its row to another one. */
	if (birth->row != -1 && rows[birth->row].number == birth->number)
		rows[birth->row].handle = (uintptr_t)handle;
}

void
thread_unborn(const struct thread_birth *birth)
{
	if (birth->row != -1)
		rows[birth->row].tid = 0;
}

int
thread_tid(void)
{
	if (my_tid == 0)
		my_tid = (int)syscall(SYS_gettid);
	return (my_tid);
}

void
thread_begin(const struct thread_birth *birth)
{
	int tid = thread_tid(), row;

	if (my_number != -1)
		return;
	if (birth != NULL) {
		my_number = birth->number;
		row = birth->row;
	} else {
		my_number = tid == getpid() ? 0 :
		    atomic_fetch_add(&last_number, 1) + 1;
		row = row_take(tid, my_number);
	}
	if (row == -1)
		return;
	mine = &rows[row];
	mine->handle = (uintptr_t)pthread_self();
	mine->tid = tid;
}

/* The name stays for whoever joins it, until the row is another's. */
void
thread_end(void)
{
	struct row *row = mine;

	mine = NULL;
	if (row == NULL)
		return;
	row->call = NULL;
	row->tid = 0;
}

int
thread_self(void)
{
	if (my_number == -1)
		thread_begin(NULL);
	return (my_number);
}

static void
name_by_number(int number, char *name)
{
	struct words words;

	words_init(&words, name, THREAD_NAME_SIZE);
	if (number == 0)
		words_add(&words, "main");
	else
		words_add(&words, "thread-%d", number);
}

static void
name_load(struct row *row, char *name)
{
	unsigned long long copy[2] = { row->name[0], row->name[1] };

	if (copy[0] == 0) {
		name_by_number(row->number, name);
		return;
	}
	memcpy(name, copy, THREAD_NAME_SIZE);
	name[THREAD_NAME_SIZE - 1] = '\0';
}

void
thread_name(char name[THREAD_NAME_SIZE])
{
	int number = thread_self();

	if (mine != NULL)
		name_load(mine, name);
	else
		name_by_number(number, name);
}

void
thread_name_of(int number, char name[THREAD_NAME_SIZE])
{
	int used = rows_used;

	name_by_number(number, name);
	for (int i = 0; i < used; i++)
		if (rows[i].tid != 0 && rows[i].number == number)
			name_load(&rows[i], name);
}

/* A handle may be given again once its thread has ended: the living first. */
static struct row *
row_of(pthread_t handle)
{
	struct row *ended = NULL;
	int used = rows_used;

	for (int i = 0; i < used; i++) {
		if (rows[i].handle != (uintptr_t)handle)
			continue;
		if (rows[i].tid != 0)
			return (&rows[i]);
		ended = &rows[i];
	}
	return (ended);
}

void
thread_add(struct words *words, pthread_t handle)
{
	char name[THREAD_NAME_SIZE] = "?";
	struct row *row = row_of(handle);

	if (row != NULL)
		name_load(row, name);
	words_safe(words, name, strlen(name));
}

void
thread_rename(pthread_t handle, const char *name)
{
	unsigned long long copy[2] = { 0, 0 };
	struct row *row;

	thread_self();
	if ((row = row_of(handle)) == NULL)
		return;
	strncpy((char *)copy, name, THREAD_NAME_SIZE - 1);
	row->name[1] = copy[1];
	row->name[0] = copy[0];
}

void
thread_waits(const char *call, int fd, int64_t since_ns)
{
	thread_self();
	if (mine == NULL)
		return;
	/* Whoever reads the call reads what was stored before it, too. */
	atomic_store_explicit(&mine->since_ns, since_ns,
	    memory_order_relaxed);
	atomic_store_explicit(&mine->fd, fd, memory_order_relaxed);
	atomic_store_explicit(&mine->call, call, memory_order_release);
}

int
thread_wait(int row, struct thread_wait *wait)
{
	if (row >= rows_used || rows[row].tid <= 0)
		return (0);
	wait->call = rows[row].call;
	wait->fd = rows[row].fd;
	wait->since_ns = rows[row].since_ns;
	name_load(&rows[row], wait->name);
	return (1);
}

void
thread_forked(void)
{
	int used = rows_used;

	for (int i = 0; i < used; i++)
		if (&rows[i] != mine)
			rows[i].tid = 0;
	my_tid = (int)syscall(SYS_gettid);
	if (mine != NULL)
		mine->tid = my_tid;
}
