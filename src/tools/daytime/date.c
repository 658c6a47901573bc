/* date.c - the date as a line, for people and for programs.
 * See also: tools/daytime/date.h, tests/check_date.c */
#include "tools/daytime/date.h"

#include <stdio.h>
#include <string.h>

#define DAY_S		86400
#define EPOCH_MJD	40587		/* 1970-01-01, modified Julian */
#define SUMMER		50		/* NIST: summer time is in force */

static size_t iso_zone(const struct tm *, int, char *, size_t);
static size_t nist(time_t, const struct tm *, char *, size_t);

size_t
date_line(enum date_form form, int utc, time_t moment, char line[DATE_SIZE])
{
	struct tm tm;
	size_t len;

	/* They fail only in a year that an int does not hold. */
	if ((utc ? gmtime_r(&moment, &tm) : localtime_r(&moment, &tm)) == NULL)
		memset(&tm, 0, sizeof(tm));
	switch (form) {
	case DATE_ISO:
		len = strftime(line, DATE_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
		len += iso_zone(&tm, utc, line + len, DATE_SIZE - len);
		break;
	case DATE_NIST:
		len = nist(moment, &tm, line, DATE_SIZE);
		break;
	default:
		len = strftime(line, DATE_SIZE, "%c", &tm);
		break;
	}
	memcpy(line + len, "\r\n", 3);
	return (len + 2);
}

/* RFC 3339 has a colon in "+01:00", strftime has none. */
static size_t
iso_zone(const struct tm *tm, int utc, char *text, size_t size)
{
	char zone[8];

	if (utc || strftime(zone, sizeof(zone), "%z", tm) != 5)
		return ((size_t)snprintf(text, size, "Z"));
	return ((size_t)snprintf(text, size, "%.3s:%.2s", zone, zone + 3));
}

/* The line of the time servers of NIST: the day, date and time in UTC, summer
 * time here, no leap second, healthy, sent with no advance; "*" is its end.
 * UTC as this machine knows it, so not UTC(NIST). */
static size_t
nist(time_t moment, const struct tm *local, char *text, size_t size)
{
	char date[32];
	struct tm tm;

	if (gmtime_r(&moment, &tm) == NULL)
		memset(&tm, 0, sizeof(tm));
	strftime(date, sizeof(date), "%y-%m-%d %H:%M:%S", &tm);
	return ((size_t)snprintf(text, size,
	    "%05ld %s %02d 0 0 000.0 UTC(fil) *",
	    (long)(moment / DAY_S) + EPOCH_MJD, date,
	    local->tm_isdst > 0 ? SUMMER : 0));
}
