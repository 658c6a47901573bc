/* verbs.h - what can be typed: a table.
 * See also: tools/ftp/shell.c, tools/ftp/complete.h */
#ifndef FTP_VERBS_H
#define FTP_VERBS_H

#include <stddef.h>

#include "tools/ftp/ftp.h"

/* The words of a line; words[0] is the verb. */
struct orders {
	char		**words;
	size_t		 count;
};

struct verb {
	const char	*name;
	const char	*operands;	/* for people, N_(); "": none */
	const char	*help;		/* the same; NULL: another name of the
					 * next row's */
	size_t		 least, most;	/* of them */
	const char	*places;	/* of each, what completes it: r a
					 * remote name, l a local one, v a verb,
					 * - nothing; the last one repeats */
	int		 needs;		/* of enum verb_needs */
	enum outcome	(*run)(struct ftp *, const struct orders *);
};

enum verb_needs {
	VERB_ALONE,
	VERB_CONNECTED,
	VERB_LOGGED_IN
};

/*
 * verbs_find - the verb of this name, or the only one that begins so
 * Returns NULL if there is none, or several.
 * Blocks: no.   Threads: safe.
 */
const struct verb *verbs_find(const char *name);

/* verbs_at - the i-th, from 0; NULL: there are no more. */
const struct verb *verbs_at(size_t i);

/*
 * verbs_obey - do what one line says
 *   line   changed
 * Returns how it ended, after logging; OUTCOME_DONE for an empty one.
 * Blocks: as what it says does.   Threads: the main one.
 */
enum outcome verbs_obey(struct ftp *ftp, char *line);

/* verbs_misuse - the words are not as they should be; logged. */
enum outcome verbs_misuse(const struct orders *orders);

/* What the rows run, by file: verbs_session.c, */
enum outcome verb_ascii(struct ftp *, const struct orders *);
enum outcome verb_active(struct ftp *, const struct orders *);
enum outcome verb_binary(struct ftp *, const struct orders *);
enum outcome verb_close(struct ftp *, const struct orders *);
enum outcome verb_feat(struct ftp *, const struct orders *);
enum outcome verb_open(struct ftp *, const struct orders *);
enum outcome verb_passive(struct ftp *, const struct orders *);
enum outcome verb_quit(struct ftp *, const struct orders *);
enum outcome verb_quote(struct ftp *, const struct orders *);
enum outcome verb_site(struct ftp *, const struct orders *);
enum outcome verb_stat(struct ftp *, const struct orders *);
enum outcome verb_status(struct ftp *, const struct orders *);
enum outcome verb_user(struct ftp *, const struct orders *);
/* verbs_folder.c, */
enum outcome verb_cd(struct ftp *, const struct orders *);
enum outcome verb_cdup(struct ftp *, const struct orders *);
enum outcome verb_delete(struct ftp *, const struct orders *);
enum outcome verb_dir(struct ftp *, const struct orders *);
enum outcome verb_ls(struct ftp *, const struct orders *);
enum outcome verb_mkdir(struct ftp *, const struct orders *);
enum outcome verb_modtime(struct ftp *, const struct orders *);
enum outcome verb_nlist(struct ftp *, const struct orders *);
enum outcome verb_pwd(struct ftp *, const struct orders *);
enum outcome verb_rename(struct ftp *, const struct orders *);
enum outcome verb_rmdir(struct ftp *, const struct orders *);
enum outcome verb_size(struct ftp *, const struct orders *);
/* verbs_file.c, */
enum outcome verb_append(struct ftp *, const struct orders *);
enum outcome verb_cat(struct ftp *, const struct orders *);
enum outcome verb_get(struct ftp *, const struct orders *);
enum outcome verb_mdelete(struct ftp *, const struct orders *);
enum outcome verb_mget(struct ftp *, const struct orders *);
enum outcome verb_mput(struct ftp *, const struct orders *);
enum outcome verb_put(struct ftp *, const struct orders *);
enum outcome verb_reget(struct ftp *, const struct orders *);
enum outcome verb_reput(struct ftp *, const struct orders *);
/* mirror.c, pget.c, */
enum outcome verb_mirror(struct ftp *, const struct orders *);
enum outcome verb_pget(struct ftp *, const struct orders *);
/* and verbs_local.c. */
enum outcome verb_hash(struct ftp *, const struct orders *);
enum outcome verb_help(struct ftp *, const struct orders *);
enum outcome verb_lcd(struct ftp *, const struct orders *);
enum outcome verb_lpwd(struct ftp *, const struct orders *);
enum outcome verb_prompt(struct ftp *, const struct orders *);
enum outcome verb_verbose(struct ftp *, const struct orders *);

#endif
