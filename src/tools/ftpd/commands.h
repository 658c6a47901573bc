/* commands.h - FTP's commands, rows of one table.
 * HELP, FEAT, who may say what, and what is refused where are read from it.
 * See also: tools/ftpd/commands.c, RFC 959 4.1 */
#ifndef FTPD_COMMANDS_H
#define FTPD_COMMANDS_H

#include "tools/ftpd/session.h"

enum command_argument {
	ARGUMENT_NONE,			/* one is a mistake: 501 */
	ARGUMENT_MAY,
	ARGUMENT_MUST			/* without one: 501 */
};

enum command_state {
	STATE_ANY,
	STATE_LOGGED_IN			/* else 530 */
};

struct command {
	const char	*verb;
	void		(*run)(struct session *, const char *);
	enum command_argument argument;
	enum command_state state;
	char		 perm;		/* needed for what it names; 0: none */
	const char	*syntax;	/* behind the verb, for HELP */
	const char	*feature;	/* of FEAT; NULL: it is in RFC 959 */
};

/*
 * commands_obey - do what a line asks for, and reply
 *   line   of len bytes, with room for one more
 * Blocks: as the command does.   Threads: the session's.
 */
void	commands_obey(struct session *session, char *line, size_t len);

/* commands_too_long - a line was: it is counted among the bad ones. */
void	commands_too_long(struct session *session);

/* command_take_rest - the offset that REST has left for this transfer */
uint64_t command_take_rest(struct session *session);

/* Files: retrieve.c, store.c. */
void	command_retr(struct session *session, const char *name);
void	command_stor(struct session *session, const char *name);
void	command_stou(struct session *session, const char *argument);
void	command_appe(struct session *session, const char *name);

/* Names: files.c. */
void	command_cdup(struct session *session, const char *argument);
void	command_cwd(struct session *session, const char *name);
void	command_dele(struct session *session, const char *name);
void	command_mdtm(struct session *session, const char *name);
void	command_mfmt(struct session *session, const char *argument);
void	command_mkd(struct session *session, const char *name);
void	command_pwd(struct session *session, const char *argument);
void	command_rmd(struct session *session, const char *name);
void	command_rnfr(struct session *session, const char *name);
void	command_rnto(struct session *session, const char *name);
void	command_site_chmod(struct session *session, const char *argument);
void	command_size(struct session *session, const char *name);

/* Listings: listing.c. */
void	command_list(struct session *session, const char *argument);
void	command_mlsd(struct session *session, const char *name);
void	command_mlst(struct session *session, const char *name);
void	command_nlst(struct session *session, const char *argument);
void	command_stat(struct session *session, const char *argument);

/* How and whether: settings.c. */
void	command_abor(struct session *session, const char *argument);
void	command_allo(struct session *session, const char *argument);
void	command_clnt(struct session *session, const char *argument);
void	command_mode(struct session *session, const char *argument);
void	command_noop(struct session *session, const char *argument);
void	command_opts(struct session *session, const char *argument);
void	command_quit(struct session *session, const char *argument);
void	command_rest(struct session *session, const char *argument);
void	command_smnt(struct session *session, const char *argument);
void	command_stru(struct session *session, const char *argument);
void	command_syst(struct session *session, const char *argument);
void	command_type(struct session *session, const char *argument);

#endif
