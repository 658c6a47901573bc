/* ftpd.h - what all sessions of fil-ftpd share.
 * See also: tools/ftpd/session.h, fil-ftpd(8) */
#ifndef FTPD_FTPD_H
#define FTPD_FTPD_H

#include <pthread.h>
#include <stdint.h>

#include "serve/account.h"
#include "serve/confine.h"
#include "serve/login_throttle.h"
#include "serve/server.h"
#include "serve/sweep.h"

#define GUEST_PASSWORD_LEN	12

enum tls_reuse {
	TLS_REUSE_OFF,
	TLS_REUSE_PREFER,
	TLS_REUSE_REQUIRE
};

struct ftpd_options {
	const char	*dir;		/* what is served */
	int		 port;
	const char	*users;		/* the file; NULL: none */
	int		 anonymous;
	const char	*anonymous_upload; /* below dir; NULL: nowhere */
	int		 implicit_tls, require_tls;
	int		 tls_reuse;	/* enum tls_reuse */
	const char	*passive_ports;	/* "A-B"; NULL: the ephemeral ones */
	const char	*passive_address; /* told instead of ours; or NULL */
	int		 durable;	/* fsync before 226 */
	int64_t		 rate_up, rate_down; /* bytes a second; 0: any */
	int64_t		 max_file_size;	/* of uploads, bytes; 0: any */
	const char	*xferlog;
	struct server_options server;
};

/* The main thread makes it; sessions read it, but what has a lock of its own
 * (accounts, throttle). */
struct ftpd {
	const struct ftpd_options *options;
	struct server	*server;
	pthread_key_t	 jailed;	/* of a thread: not NULL if it is */
	int		 root_fd;	/* of dir */
	char		 upload[CONFINE_PATH_SIZE]; /* below dir; if allowed */
	int		 passive_first, passive_last;	/* ports */
	struct address	 passive_address; /* len 0: our own */
	int		 xferlog_fd;	/* appended to; -1: none */
	char		 guest_password[GUEST_PASSWORD_LEN + 1]; /* "": no
					 * guest */
	struct accounts	 accounts;
	struct login_throttle throttle;
	struct sweep	 sweep;
};

/*
 * ftpd_init - open the folder, the users file and the log
 *   ftpd   options and server are set, all else is zero
 * Returns 0, or -1 with cause.
 * Blocks: for the disk.   Threads: before any starts.
 */
int	ftpd_init(struct ftpd *ftpd, struct cause *cause);

/*
 * ftpd_start - begin to sweep what a killed server left, as whom it serves
 * Warns if the users file could not be read again.
 * Returns 0, or -1 with cause.
 * Blocks: no.   Threads: before any client's.
 */
int	ftpd_start(struct ftpd *ftpd, struct cause *cause);

/* ftpd_fini - all sessions have ended.  Takes a zeroed one. */
void	ftpd_fini(struct ftpd *ftpd);

/*
 * ftpd_welcome - say on standard output who may log in, if that is not plain
 * from the options: the guest
 * Blocks: as long as standard output does.   Threads: main's only.
 */
void	ftpd_welcome(const struct ftpd *ftpd);

/*
 * ftpd_reload - read the users file and open the log again, for SIGHUP
 * What went wrong is logged, and all stays as it was.
 * Blocks: for the disk.   Threads: main's only.
 */
void	ftpd_reload(struct ftpd *ftpd);

#endif
