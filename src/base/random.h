/* random.h - bytes that nobody can foresee.
 * For the keys of hash tables (a peer who knows the key can make every lookup
 * slow), tokens and passwords.
 * See also: tests/check_random.c */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>

/*
 * random_fill - fill a buffer with random bytes from the kernel
 * Returns 0, or -1 with errno.
 * Blocks: only at boot, before the kernel is seeded.   Threads: safe.
 * Ref: getrandom(2); without it /dev/urandom.
 */
int	random_fill(void *buf, size_t len);

#endif
