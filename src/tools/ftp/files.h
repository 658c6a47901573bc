/* files.h - one file from the server, or to it, whole.
 * What is fetched has its name when the server has said 226 and the size is
 * right, not before; a connection that is lost in the middle is made again, if
 * the user wants that, and the rest is fetched.
 * See also: tools/ftp/transfer.h, client/save.h */
#ifndef FTP_FILES_H
#define FTP_FILES_H

#include <stdint.h>

#include "client/save.h"
#include "tools/ftp/meter.h"
#include "tools/ftp/session.h"

#define FILES_UNKNOWN	UINT64_MAX

/* Of one file; what is not said is 0. */
struct errand {
	const char	*remote;
	const char	*local;		/* a path of the user's; "-" */
	int		 is_below;	/* local is the server's word for it:
					 * in the folder dir_fd, and nowhere
					 * else */
	int		 dir_fd;
	int		 resumes;	/* the rest of what is there */
	int		 appends;	/* APPE */
	int		 is_known;	/* by the listing: */
	uint64_t	 size;
	int		 has_time;
	int64_t		 modified;
	const char	*label;		/* "3/10", for the progress */
	int		 how;		/* of enum meter_how */
	struct meter	*meter;		/* of several files together; NULL:
					 * this one has its own */
};

/*
 * files_get - fetch a file
 * Returns OUTCOME_DONE, or another after logging; the local file is then as
 * it was.  (But one that resumes grows where it stands.)
 * Blocks: as long as bytes come.   Threads: the session's.
 */
enum outcome files_get(struct session *session, const struct errand *errand);

/* files_put - send a file */
enum outcome files_put(struct session *session, const struct errand *errand);

/*
 * files_size, files_modified - what SIZE and MDTM say
 * Return OUTCOME_DONE, or another; nothing is logged.
 * Block: until the timeout at most.   Ref: RFC 3659 3, 4.
 */
enum outcome files_size(struct session *session, const char *remote,
	    uint64_t *size);
enum outcome files_modified(struct session *session, const char *remote,
	    int64_t *modified);

/* files_refuse_rest - of text nobody can say where its rest begins: is that so
 * now?  It is logged. */
int	files_refuse_rest(const struct session *session);

/*
 * files_pause - wait before a lost connection is made again
 *   attempt   from 0; each wait is twice as long as the one before
 * Returns OUTCOME_DONE, or OUTCOME_STOPPED after Ctrl-C.
 * Blocks: for half a minute at most.
 */
enum outcome files_pause(struct session *session, int64_t attempt);

#endif
