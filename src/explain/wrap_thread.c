/* wrap_thread.c - threads: born, waited for, asleep until they are called.
 * See also: explain/wrap.h, explain/thread.h */
#include "explain/wrap.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "explain/real.h"
#include "explain/thread.h"

#define NEAR_NS	20000000LL

/* What a new thread is given to begin with. */
struct birth {
	void		*(*body)(void *);
	void		*arg;
	struct thread_birth place;
};

static void *birth_main(void *);
static void death(void *);
static int is_near(const struct timespec *, clockid_t);

/* The connection that this thread has let in last. */
static _Thread_local int last_client
	__attribute__((tls_model("initial-exec"))) = -1;

int
wrap_last_client(void)
{
	return (last_client);
}

void
wrap_set_last_client(int fd)
{
	last_client = fd;
}

static void
death(void *nothing)
{
	(void)nothing;
	thread_end();
}

static void *
birth_main(void *arg)
{
	struct birth birth = *(struct birth *)arg;
	void *result;

	free(arg);
	thread_begin(&birth.place);
	pthread_cleanup_push(death, NULL);
	result = birth.body(birth.arg);
	pthread_cleanup_pop(1);
	return (result);
}

static void
note_client(struct call *call)
{
	struct sock sock;
	int fd = wrap_last_client();

	if (fd == -1 || !sock_get(fd, &sock) ||
	    sock.traits & SOCK_HAS_THREAD)
		return;
	call->other = sock.peer;
	call->traits |= FOR_CLIENT;
	sock_mark(fd, SOCK_HAS_THREAD);
	wrap_set_last_client(-1);
}

WRAPPER int
pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
    void *(*body)(void *), void *arg)
{
	struct birth *birth = malloc(sizeof(*birth));
	struct thread_birth place;
	struct call call;
	int error;

	if (birth == NULL)
		return (EAGAIN);
	birth->body = body;
	birth->arg = arg;
	birth->place = place = thread_reserve();
	call_begin(&call, CALL_PTHREAD_CREATE, -1);
	thread_name_of(place.number, call.note_buf);
	call.note.len = strlen(call.note_buf);
	note_client(&call);
	error = real()->pthread_create(thread, attributes, birth_main, birth);
	if (error == 0)
		thread_born(&place, *thread);
	else {
		thread_unborn(&place);
		free(birth);
	}
	call_error(&call, error);
	call_end(&call, 0);
	return (error);
}

WRAPPER int
pthread_join(pthread_t thread, void **result)
{
	struct call call;
	int error;

	call_begin(&call, CALL_PTHREAD_JOIN, -1);
	thread_add(&call.args, thread);
	call_waits(&call, 0);
	error = real()->pthread_join(thread, result);
	call_error(&call, error);
	call_end(&call, 0);
	return (error);
}

WRAPPER int
pthread_setname_np(pthread_t thread, const char *name)
{
	thread_rename(thread, name);
	return (real()->pthread_setname_np(thread, name));
}

/* Python's threads ask for their turn each 5 ms by such a wait: hundreds of
 * them a second would hide the story. */
static int
is_near(const struct timespec *until, clockid_t clock)
{
	struct timespec now;
	int64_t ns;

	clock_gettime(clock, &now);
	ns = (until->tv_sec - now.tv_sec) * 1000000000LL +
	    (until->tv_nsec - now.tv_nsec);
	return (ns < NEAR_NS && ns > -NEAR_NS);
}

WRAPPER int
pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
	struct call call;
	int error;

	call_begin(&call, CALL_COND_WAIT, -1);
	call_waits(&call, 0);
	error = real()->pthread_cond_wait(condition, mutex);
	call_error(&call, error);
	call_end(&call, 0);
	return (error);
}

WRAPPER int
pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
    const struct timespec *until)
{
	struct call call;
	int error;

	if (is_near(until, CLOCK_REALTIME) || is_near(until, CLOCK_MONOTONIC))
		return (real()->pthread_cond_timedwait(condition, mutex,
		    until));
	call_begin(&call, CALL_COND_TIMEDWAIT, -1);
	call_waits(&call, 0);
	error = real()->pthread_cond_timedwait(condition, mutex, until);
	call_error(&call, error);
	call_end(&call, 0);
	return (error);
}

WRAPPER int
pthread_cond_clockwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
    clockid_t clock, const struct timespec *until)
{
	struct call call;
	int error;

	if (is_near(until, clock))
		return (real()->pthread_cond_clockwait(condition, mutex,
		    clock, until));
	call_begin(&call, CALL_COND_CLOCKWAIT, -1);
	call_waits(&call, 0);
	error = real()->pthread_cond_clockwait(condition, mutex, clock,
	    until);
	call_error(&call, error);
	call_end(&call, 0);
	return (error);
}
