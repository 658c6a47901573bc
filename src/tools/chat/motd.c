/* motd.c - the message of the day: a file that newcomers are shown.
 * See also: tools/chat/motd.h */
#include "tools/chat/motd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define NOTICE_BEGIN	"*** "
#define LINES_MAX	64

static struct shared_line *motd_format(const char *, size_t);
static size_t motd_cut(const char *, size_t);
static ssize_t motd_read(const char *, char *, size_t, struct cause *);

int
motd_init(struct motd *motd, const char *path, struct cause *cause)
{
	int error;

	memset(motd, 0, sizeof(*motd));
	if ((error = pthread_mutex_init(&motd->lock, NULL)) != 0) {
		cause_errno(cause, "pthread_mutex_init", error, NULL);
		return (-1);
	}
	motd->ready = 1;
	motd->path = path;
	return (path != NULL ? motd_reload(motd, cause) : 0);
}

void
motd_fini(struct motd *motd)
{
	if (!motd->ready)
		return;
	shared_line_free(motd->text);
	pthread_mutex_destroy(&motd->lock);
	motd->ready = 0;
}

int
motd_reload(struct motd *motd, struct cause *cause)
{
	char bytes[MOTD_MAX];
	struct shared_line *text, *old;
	ssize_t len = motd_read(motd->path, bytes, sizeof(bytes), cause);

	if (len == -1)
		return (-1);
	if ((text = motd_format(bytes, (size_t)len)) == NULL) {
		cause_errno(cause, "malloc", errno, motd->path);
		return (-1);
	}
	pthread_mutex_lock(&motd->lock);
	old = motd->text;
	motd->text = text;
	pthread_mutex_unlock(&motd->lock);
	shared_line_free(old);
	return (0);
}

struct shared_line *
motd_get(struct motd *motd)
{
	struct shared_line *text = NULL;

	pthread_mutex_lock(&motd->lock);
	if (motd->text != NULL)
		text = shared_line_ref(motd->text);
	pthread_mutex_unlock(&motd->lock);
	return (text);
}

static ssize_t
motd_read(const char *path, char *bytes, size_t size, struct cause *cause)
{
	FILE *file = fopen(path, "r");
	size_t len;
	int failed;

	if (file == NULL) {
		cause_errno(cause, "open", errno, path);
		return (-1);
	}
	len = fread(bytes, 1, size, file);
	if ((failed = ferror(file)) != 0)
		cause_errno(cause, "read", errno, path);
	else if (len == size && getc(file) != EOF)
		len = motd_cut(bytes, len);
	fclose(file);
	return (failed ? -1 : (ssize_t)len);
}

/* The file goes on: the last character may have lost its end. */
static size_t
motd_cut(const char *bytes, size_t len)
{
	size_t at = len;
	uint32_t code;

	while (at > 0 && len - at < 4 && (bytes[at - 1] & 0xc0) == 0x80)
		at--;
	if (at == 0 || (bytes[at - 1] & 0xc0) != 0xc0 ||
	    text_utf8_next(bytes + at - 1, len - at + 1, &code) > 0)
		return (len);
	return (at - 1);
}

/* The file may be in any encoding, and hold anything. */
static struct shared_line *
motd_format(const char *bytes, size_t len)
{
	char safe[TEXT_SAFE_GROWTH * MOTD_MAX + 1];
	struct shared_line *text = shared_line_new(sizeof(safe) +
	    LINES_MAX * (sizeof(NOTICE_BEGIN) + 2));
	int lines = 0;

	for (size_t at = 0; text != NULL && at < len && lines < LINES_MAX;
	    lines++) {
		const char *newline = memchr(bytes + at, '\n', len - at);
		size_t line_len = newline != NULL ?
		    (size_t)(newline - (bytes + at)) : len - at;
		size_t shown = line_len;

		if (shown > 0 && bytes[at + shown - 1] == '\r')
			shown--;
		shown = text_safe(safe, sizeof(safe), bytes + at, shown,
		    TEXT_ONE_LINE);
		shared_line_append(text, NOTICE_BEGIN,
		    strlen(NOTICE_BEGIN));
		shared_line_append(text, safe, shown);
		shared_line_append(text, "\r\n", 2);
		at += line_len + 1;
	}
	return (text);
}
