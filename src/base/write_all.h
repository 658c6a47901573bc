/* write_all.h - write to a file what write(2) takes in pieces.
 * A disk that fills up takes a part, and says why only when it is asked again.
 * See also: net/io.h (send_all, for sockets), tests/check_write_all.c */
#ifndef BASE_WRITE_ALL_H
#define BASE_WRITE_ALL_H

#include <stddef.h>

/*
 * write_all - write len bytes
 * Returns how many were written; if that is not all of them, errno tells why.
 * Blocks: as write(2) does.   Threads: safe.   Ref: POSIX write.
 */
size_t	write_all(int fd, const void *buf, size_t len);

#endif
