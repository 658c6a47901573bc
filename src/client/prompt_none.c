/* prompt_none.c - what stands for prompt_edit.c where there is no libedit.
 * See also: client/prompt_edit.h, Makefile.am */
#include "client/prompt_edit.h"

struct prompt_edit *
prompt_edit_open(const struct prompt_caller *caller)
{
	(void)caller;
	return (NULL);
}

void
prompt_edit_close(struct prompt_edit *edit)
{
	(void)edit;
}

void
prompt_edit_set_label(struct prompt_edit *edit, const char *text)
{
	(void)edit;
	(void)text;
}

void
prompt_edit_set_fleeting(struct prompt_edit *edit, int fleeting)
{
	(void)edit;
	(void)fleeting;
}

enum prompt_result
prompt_edit_read(struct prompt_edit *edit, const char **line, size_t *len)
{
	(void)edit;
	(void)line;
	(void)len;
	return (PROMPT_END);
}

void
prompt_edit_forget(struct prompt_edit *edit)
{
	(void)edit;
}

void
prompt_edit_hide(struct prompt_edit *edit)
{
	(void)edit;
}

void
prompt_edit_show(struct prompt_edit *edit)
{
	(void)edit;
}

void
prompt_edit_lend(struct prompt_edit *edit)
{
	(void)edit;
}

void
prompt_edit_take_back(struct prompt_edit *edit)
{
	(void)edit;
}
