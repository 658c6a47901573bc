/* ftp_reply.c - what an FTP server answers: codes, and the lines of a reply.
 * See also: proto/ftp_reply.h, tests/check_ftp_reply.c */
#include "proto/ftp_reply.h"

#include <string.h>

#include "proto/reply_line.h"

enum ftp_reply_verdict
ftp_reply_take(struct ftp_reply *reply, const char *line, size_t len,
    const char **text)
{
	struct reply_line parsed;
	int has_code = reply_line_parse(line, len, &parsed) == 0;

	*text = line;
	if (reply->lines == 0) {
		if (!has_code)
			return (FTP_REPLY_BAD);
		reply->code = parsed.code;
	}
	if (++reply->lines > FTP_REPLY_LINES_MAX)
		return (FTP_REPLY_BAD);
	/* In between, a line may begin with anything, another code too. */
	if (has_code && parsed.code != reply->code)
		has_code = 0;
	if (has_code)
		*text = parsed.text;
	reply->more = !has_code || parsed.more;
	return (reply->more ? FTP_REPLY_MORE : FTP_REPLY_DONE);
}

size_t
ftp_reply_quote(char *buf, size_t size, const char *path)
{
	size_t len = 0;

	if (size < 3)
		return (SIZE_MAX);
	buf[len++] = '"';
	for (; *path != '\0'; path++) {
		if (len + 4 > size)
			return (SIZE_MAX);
		if (*path == '"')
			buf[len++] = '"';
		buf[len++] = *path;
	}
	buf[len++] = '"';
	buf[len] = '\0';
	return (len);
}

int
ftp_reply_unquote(char *path, size_t size, const char *text)
{
	size_t len = 0;

	if (*text++ != '"')
		return (-1);
	for (;; text++) {
		if (*text == '\0' || len + 1 > size)
			return (-1);
		if (*text == '"' && *++text != '"')
			break;
		path[len++] = *text;
	}
	path[len] = '\0';
	return (0);
}

/* The calendar by hand: gmtime_r looks at time zones, and takes locks.
 * Days are counted from a 1st of March, so that a leap day comes last. */
const char *
ftp_time_format(int64_t seconds, char text[FTP_TIME_SIZE])
{
	int64_t days = seconds / 86400, rest = seconds % 86400;
	int64_t era, day, year, month;
	int fields[6];
	char *at = text;

	if (rest < 0) {
		rest += 86400;
		days--;
	}
	days += 719468;
	if (days < 306 || days > 3652364)	/* before 0001, after 9999 */
		return (memcpy(text, "19700101000000", 15));
	era = days / 146097;
	day = days % 146097;
	year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	day -= 365 * year + year / 4 - year / 100;
	month = (5 * day + 2) / 153;
	fields[2] = (int)(day - (153 * month + 2) / 5 + 1);
	fields[1] = (int)(month < 10 ? month + 3 : month - 9);
	year += era * 400 + (fields[1] <= 2);
	fields[0] = (int)year;
	fields[3] = (int)(rest / 3600);
	fields[4] = (int)(rest / 60 % 60);
	fields[5] = (int)(rest % 60);
	*at++ = (char)('0' + fields[0] / 1000);
	*at++ = (char)('0' + fields[0] / 100 % 10);
	fields[0] %= 100;
	for (int i = 0; i < 6; i++) {
		*at++ = (char)('0' + fields[i] / 10);
		*at++ = (char)('0' + fields[i] % 10);
	}
	*at = '\0';
	return (text);
}

int
ftp_time_parse(const char *text, size_t len, int64_t *seconds)
{
	static const int lengths[] = { 4, 2, 2, 2, 2, 2 };
	static const int least[] = { 1, 1, 1, 0, 0, 0 };
	static const int most[] = { 9999, 12, 31, 23, 59, 60 };
	static const int before[] = { 306, 337, 0, 31, 61, 92, 122, 153, 184,
	    214, 245, 275 };
	int64_t fields[6], year;
	size_t at = 0;

	for (int i = 0; i < 6; i++) {
		fields[i] = 0;
		for (int j = 0; j < lengths[i]; j++, at++) {
			if (at >= len || text[at] < '0' || text[at] > '9')
				return (-1);
			fields[i] = 10 * fields[i] + (text[at] - '0');
		}
		if (fields[i] < least[i] || fields[i] > most[i])
			return (-1);
	}
	if (at < len && text[at++] != '.')
		return (-1);
	for (; at < len; at++)
		if (text[at] < '0' || text[at] > '9')
			return (-1);
	year = fields[0] - (fields[1] <= 2);
	*seconds = ((year * 365 + year / 4 - year / 100 + year / 400 +
	    before[fields[1] - 1] + fields[2] - 1 - 719468) * 24 +
	    fields[3]) * 3600 + fields[4] * 60 + fields[5];
	return (0);
}
