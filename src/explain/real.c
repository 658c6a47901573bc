/* real.c - the next library's functions, found once.
 * See also: explain/real.h */
#include "explain/real.h"

#include <dlfcn.h>
#include <stdatomic.h>

static struct real table;
static atomic_int is_filled;

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
	atomic_store_explicit(&is_filled, 1, memory_order_release);
}
