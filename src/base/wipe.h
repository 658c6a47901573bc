/* wipe.h - forget a secret.
 * A password that stays in memory shows in a core file, in swap, or in what a
 * bug lets a peer read.
 * See also: serve/password.h, client/secret.h */
#ifndef BASE_WIPE_H
#define BASE_WIPE_H

#include <stddef.h>

/*
 * wipe - overwrite memory with zeros, also if nobody reads it again (a
 * compiler leaves out such a memset)
 * Blocks: no.   Threads: safe.   Ref: explicit_bzero(3), where there is one.
 */
void	wipe(void *buf, size_t len);

#endif
