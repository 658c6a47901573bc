/* prompt_edit.h - the line being typed, edited by libedit.
 * Without libedit (configure --without-libedit) prompt_none.c is linked
 * instead: prompt_edit_open always returns NULL.
 * See also: client/prompt.h, editline(3) */
#ifndef CLIENT_PROMPT_EDIT_H
#define CLIENT_PROMPT_EDIT_H

#include "client/prompt.h"

struct prompt_edit;

/*
 * prompt_edit_open - an editor for the terminal of standard input and output
 *   caller   kept
 * Returns an editor, or NULL: this terminal is none, is dumb, or cannot be
 * edited on; then lines are to be read plainly.
 * Blocks: no.   Threads: as prompt_open.
 */
struct prompt_edit *prompt_edit_open(const struct prompt_caller *caller);

/* prompt_edit_close - takes NULL. */
void	prompt_edit_close(struct prompt_edit *edit);

/* As prompt_set_label, prompt_set_fleeting, prompt_read, prompt_forget,
 * prompt_hide, prompt_show, prompt_lend, prompt_take_back. */
void	prompt_edit_set_label(struct prompt_edit *edit, const char *label);
void	prompt_edit_set_fleeting(struct prompt_edit *edit, int fleeting);
enum prompt_result prompt_edit_read(struct prompt_edit *edit,
	    const char **line, size_t *len);
void	prompt_edit_forget(struct prompt_edit *edit);
void	prompt_edit_hide(struct prompt_edit *edit);
void	prompt_edit_show(struct prompt_edit *edit);
void	prompt_edit_lend(struct prompt_edit *edit);
void	prompt_edit_take_back(struct prompt_edit *edit);

#endif
