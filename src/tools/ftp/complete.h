/* complete.h - what the Tab key completes: verbs, local names, remote names.
 * The listing of a folder is kept until something changes there by our hand.
 * See also: client/prompt.h, tools/ftp/verbs.h */
#ifndef FTP_COMPLETE_H
#define FTP_COMPLETE_H

#include "tools/ftp/ftp.h"

/*
 * complete_look_up, complete_word - as prompt_caller wants them; the context
 * is a struct ftp
 * Blocks: a remote name may need a listing: as listing_get.
 */
void	complete_look_up(void *context, const char *before, const char *typed);
const char *complete_word(void *context, const char *before, size_t i);

/* complete_free - forget the words. */
void	complete_free(struct completion *completion);

#endif
