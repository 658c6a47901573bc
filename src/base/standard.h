/* standard.h - descriptors 0, 1 and 2 are what every program takes them for.
 * Whoever starts a program may have closed one; then the first socket gets its
 * number, and what is printed goes to the server, or what the server sends is
 * read as typed.
 * See also: tests/system/talk.py */
#ifndef BASE_STANDARD_H
#define BASE_STANDARD_H

/*
 * standard_hold - open those that are closed, so that reading them ends at
 * once and writing to them fails
 * Blocks: no.   Threads: before any starts, and before a socket is opened.
 */
void	standard_hold(void);

#endif
