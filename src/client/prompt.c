/* prompt.c - lines that a person types while a socket may speak at any time.
 * Here: plain reading, and the choice.   See also: client/prompt.h */
#include "client/prompt.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "client/prompt_edit.h"
#include "net/line.h"

struct prompt {
	struct prompt_caller caller;
	struct prompt_edit *edit;	/* NULL: lines are read plainly */
	struct line_reader reader;
	int		 ended;		/* the input has */
	char		 buf[PROMPT_LINE_MAX + 1];
};

static enum prompt_result read_more(struct prompt *);
static enum prompt_result read_plainly(struct prompt *, const char **,
    size_t *);

struct prompt *
prompt_open(const struct prompt_caller *caller, int plain,
    struct cause *cause)
{
	struct prompt *prompt = calloc(1, sizeof(*prompt));

	if (prompt == NULL) {
		cause_errno(cause, "calloc", errno, NULL);
		return (NULL);
	}
	prompt->caller = *caller;
	line_reader_init(&prompt->reader, prompt->buf, sizeof(prompt->buf));
	if (!plain)
		prompt->edit = prompt_edit_open(&prompt->caller);
	return (prompt);
}

void
prompt_close(struct prompt *prompt)
{
	if (prompt == NULL)
		return;
	prompt_edit_close(prompt->edit);
	free(prompt);
}

void
prompt_set_label(struct prompt *prompt, const char *label)
{
	if (prompt->edit != NULL)
		prompt_edit_set_label(prompt->edit, label);
}

void
prompt_set_fleeting(struct prompt *prompt, int fleeting)
{
	if (prompt->edit != NULL)
		prompt_edit_set_fleeting(prompt->edit, fleeting);
}

enum prompt_result
prompt_read(struct prompt *prompt, const char **line, size_t *len)
{
	if (prompt->edit != NULL)
		return (prompt_edit_read(prompt->edit, line, len));
	return (read_plainly(prompt, line, len));
}

void
prompt_forget(struct prompt *prompt)
{
	if (prompt != NULL && prompt->edit != NULL)
		prompt_edit_forget(prompt->edit);
}

void
prompt_hide(struct prompt *prompt)
{
	if (prompt != NULL && prompt->edit != NULL)
		prompt_edit_hide(prompt->edit);
}

void
prompt_show(struct prompt *prompt)
{
	if (prompt != NULL && prompt->edit != NULL)
		prompt_edit_show(prompt->edit);
}

void
prompt_lend(struct prompt *prompt)
{
	if (prompt != NULL && prompt->edit != NULL)
		prompt_edit_lend(prompt->edit);
}

void
prompt_take_back(struct prompt *prompt)
{
	if (prompt != NULL && prompt->edit != NULL)
		prompt_edit_take_back(prompt->edit);
}

/* A last line that nothing ends is a line. */
static enum prompt_result
read_plainly(struct prompt *prompt, const char **line, size_t *len)
{
	for (;;) {
		enum line_result got = line_reader_next(&prompt->reader, line,
		    len);
		enum prompt_result more;

		if (got != LINE_NONE)
			return (got == LINE_READY ? PROMPT_LINE :
			    PROMPT_TOO_LONG);
		if (prompt->ended)
			return (line_reader_rest(&prompt->reader, line,
			    len) == LINE_READY ? PROMPT_LINE : PROMPT_END);
		if ((more = read_more(prompt)) != PROMPT_LINE)
			return (more);
	}
}

/* One read, when the caller's select says that it can be done.  Returns
 * PROMPT_LINE to go on. */
static enum prompt_result
read_more(struct prompt *prompt)
{
	char *space;
	size_t size;
	ssize_t n;

	switch (prompt->caller.wait(prompt->caller.context, STDIN_FILENO,
	    NULL)) {
	case PROMPT_LEAVE:
		return (PROMPT_LEFT);
	case PROMPT_AGAIN:
		return (PROMPT_LINE);
	case PROMPT_READ:
		break;
	}
	space = line_reader_space(&prompt->reader, &size);
	n = read(STDIN_FILENO, space, size);
	if (n > 0)
		line_reader_filled(&prompt->reader, (size_t)n);
	else if (n == 0)
		prompt->ended = 1;
	else if (errno != EINTR && errno != EAGAIN)
		return (PROMPT_FAILED);
	return (PROMPT_LINE);
}
