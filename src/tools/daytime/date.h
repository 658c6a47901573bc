/* date.h - the date as a line, for people and for programs.
 * Ref: RFC 867 (any line of ASCII will do), RFC 3339 5.6.
 * See also: tests/check_date.c */
#ifndef DAYTIME_DATE_H
#define DAYTIME_DATE_H

#include <stddef.h>
#include <time.h>

#define DATE_SIZE	80

/* In the order of --format's words. */
enum date_form {
	DATE_CTIME,			/* Sun Nov 22 18:00:00 2026 */
	DATE_ISO,			/* 2026-11-22T18:00:00+01:00 */
	DATE_NIST			/* 61366 26-11-22 17:00:00 00 0 0 ... */
};

#define DATE_FORMS	"ctime|iso|nist"

/*
 * date_line - a moment as a line with CR LF, in the C locale
 *   utc    not in this machine's time zone; nist is always UTC
 *   line   receives it
 * Returns its length.
 * Blocks: no.   Threads: safe.   Ref: POSIX strftime, localtime_r.
 */
size_t	date_line(enum date_form form, int utc, time_t moment,
	    char line[DATE_SIZE]);

#endif
