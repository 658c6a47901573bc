/* ftp.h - what the program has: a session, and whoever gives the orders.
 * See also: tools/ftp/session.h, tools/ftp/verbs.h */
#ifndef FTP_FTP_H
#define FTP_FTP_H

#include "client/prompt.h"
#include "tools/ftp/listing.h"
#include "tools/ftp/session.h"
#include "tools/ftp/url.h"

struct ftp_options {
	struct session_options session;
	struct secret_options secret;
	const char	*login;		/* NULL: the URL's, or .netrc's */
	const char	*output;	/* of a URL; NULL: by its name */
	const char	*upload;	/* a file to be sent to a URL */
	int		 goes_on;	/* a script, after an error */
	int		 resumes;	/* the rest of what is there */
	int		 no_netrc;
	int		 plain;
	int		 color;
	int		 log_level;
	struct ftp_url	 place;		/* host "": none */
	int		 is_url;
};

/* The names that a Tab may stand for. */
struct completion {
	char		 dir[SESSION_PATH_SIZE]; /* of remote, as typed */
	unsigned	 changes;	/* of the session, then */
	int		 is_known;
	struct listing	 remote;
	char		**words;	/* as they can be typed */
	size_t		 count, size;
};

struct ftp {
	const struct ftp_options *options;
	struct session	 session;
	struct interrupt interrupt;
	struct prompt	*prompt;	/* NULL: of a URL */
	struct completion completion;
	int		 is_person;	/* standard input is a terminal */
	int		 asks;		/* before each file of several */
	int		 hash;
	int		 log_level;
	int		 leaving;
	char		 label[PROMPT_LABEL_SIZE];
};

/*
 * ftp_connect - open, and log in if it is known as whom
 *   user   NULL: as --login or .netrc say
 * Blocks: until the timeouts at most.   Threads: the main one.
 */
enum outcome ftp_connect(struct ftp *ftp, const struct host_port *to,
	    const char *user);

/*
 * ftp_login - log in; the password comes from --password-file, .netrc or the
 * terminal
 *   password   NULL: from there
 * Blocks: until one is typed; until the timeouts.
 */
enum outcome ftp_login(struct ftp *ftp, const char *user,
	    const char *password);

/* ftp_is_quiet - shall nothing be shown but what was asked for? */
int	ftp_is_quiet(const struct ftp *ftp);

/*
 * ftp_confirm - may this one be done, of several?
 * Nobody is asked who is not there, or does not want it.
 * Returns 1, 0, or -1: no more of them.
 * Blocks: until one line is typed.
 */
int	ftp_confirm(struct ftp *ftp, const char *verb, const char *name);

/* ftp_print - a line of the server's on standard output; to a terminal, only
 * what can be read. */
void	ftp_print(const char *text, size_t len);

/* ftp_print_answer - all lines of the last answer */
void	ftp_print_answer(const struct ftp *ftp);

/* The two ways to give orders: typed, or by a URL.  Both return the exit
 * status. */
int	shell_run(struct ftp *ftp);
int	fetch_run(struct ftp *ftp);

#endif
