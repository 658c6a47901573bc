/* notices.c - what a room tells of many at once is told together.
 * See also: tools/chat/notices.h */
#include "tools/chat/notices.h"

#include <string.h>

#define PAGE_SIZE	8192

/* Or it would be waited for ever for a page that the line fits on. */
_Static_assert(NOTICES_LINE_MAX <= PAGE_SIZE, "a line fits on a page");

static int page_begin_locked(struct notices *);
static struct shared_line *page_end_locked(struct notices *);

int
notices_init(struct notices *notices, struct cause *cause)
{
	int error;

	memset(notices, 0, sizeof(*notices));
	if ((error = pthread_mutex_init(&notices->lock, NULL)) != 0) {
		cause_errno(cause, "pthread_mutex_init", error, NULL);
		return (-1);
	}
	if ((error = pthread_cond_init(&notices->changed, NULL)) != 0) {
		cause_errno(cause, "pthread_cond_init", error, NULL);
		pthread_mutex_destroy(&notices->lock);
		return (-1);
	}
	return (0);
}

void
notices_fini(struct notices *notices)
{
	pthread_cond_destroy(&notices->changed);
	pthread_mutex_destroy(&notices->lock);
}

/* Who begins a page tells it, once those before it are told. */
void
notices_tell(struct notices *notices, const char *line, size_t len,
    void (*tell)(void *, struct shared_line *), void *context)
{
	struct shared_line *lines;
	uint64_t page;
	int first;

	pthread_mutex_lock(&notices->lock);
	while (notices->page != NULL &&
	    shared_line_append(notices->page, line, len) == -1)
		pthread_cond_wait(&notices->changed, &notices->lock);
	first = notices->page == NULL;
	if (first && page_begin_locked(notices) == -1) {
		pthread_mutex_unlock(&notices->lock);
		return;
	}
	page = notices->begun;
	if (first) {
		shared_line_append(notices->page, line, len);
		while (notices->told + 1 < page)
			pthread_cond_wait(&notices->changed, &notices->lock);
		lines = page_end_locked(notices);
		pthread_mutex_unlock(&notices->lock);
		tell(context, lines);
		pthread_mutex_lock(&notices->lock);
		notices->told = page;
		pthread_cond_broadcast(&notices->changed);
	}
	while (notices->told < page)
		pthread_cond_wait(&notices->changed, &notices->lock);
	pthread_mutex_unlock(&notices->lock);
}

static int
page_begin_locked(struct notices *notices)
{
	if ((notices->page = shared_line_new(PAGE_SIZE)) == NULL)
		return (-1);
	notices->begun++;
	return (0);
}

/* A copy that is as long as it must be: it may wait in many queues. */
static struct shared_line *
page_end_locked(struct notices *notices)
{
	struct shared_line *page = notices->page, *copy;

	notices->page = NULL;
	copy = shared_line_copy(page->bytes, page->len);
	if (copy == NULL)
		return (page);
	shared_line_free(page);
	return (copy);
}
