/* glob.h - does a name match a pattern of * ? and []?
 * fnmatch(3) depends on the locale, and in some C libraries a few dozen stars
 * take it minutes.  This one looks back to the last star only: at most as many
 * steps as name times pattern is long.
 * Ref: POSIX XCU 2.13.   See also: tests/check_glob.c, tests/fuzz/fuzz_glob.c
 */
#ifndef PROTO_GLOB_H
#define PROTO_GLOB_H

/*
 * glob_is_pattern - is there a *, ? or [ in it?
 * Blocks: no.   Threads: safe.
 */
int	glob_is_pattern(const char *text);

/*
 * glob_matches - does the whole name match?
 * *: any bytes; ?: one character of UTF-8, or one byte that is none;
 * [a-z], [!a-z], [^a-z]: one byte; \ takes the next byte as it is; a [ without
 * its ] is itself.  A dot that a name begins with must be asked for by a dot.
 * Blocks: no.   Threads: safe.
 */
int	glob_matches(const char *pattern, const char *name);

#endif
