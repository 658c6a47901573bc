/* real.c - the next library's functions, found once.
 * See also: explain/real.h */
#include "explain/real.h"

#include <dlfcn.h>
#include <stdatomic.h>

static struct real table;
static atomic_int is_filled, is_alone;

static int is_of_libc(void *);
static void real_fill(void);

const struct real *
real(void)
{
	if (!atomic_load_explicit(&is_filled, memory_order_acquire))
		real_fill();
	return (&table);
}

/* One that this C library lacks stays NULL: no program calls it, either. */
static void
real_fill(void)
{
#define X(type, name, ...) \
	*(void **)&table.name = dlsym(RTLD_NEXT, #name);
	REAL_CALLS
#undef X
	is_alone = is_of_libc(*(void **)&table.send) &&
	    is_of_libc(*(void **)&table.sendto) &&
	    is_of_libc(*(void **)&table.write) &&
	    is_of_libc(*(void **)&table.poll) &&
	    is_of_libc(*(void **)&table.recv) &&
	    is_of_libc(*(void **)&table.recvfrom);
	atomic_store_explicit(&is_filled, 1, memory_order_release);
}

/* In the same file as a function that nobody would replace. */
static int
is_of_libc(void *function)
{
	Dl_info libc, other;

	return (dladdr(dlsym(RTLD_NEXT, "getservbyname"), &libc) != 0 &&
	    dladdr(function, &other) != 0 &&
	    libc.dli_fbase == other.dli_fbase);
}

int
real_is_alone(void)
{
	(void)real();
	return (is_alone);
}
