/* upload.h - a file that appears whole, or not at all.
 * It is written under a reserved name in its folder, and renamed when the last
 * byte is there.
 * See also: tools/ftpd/sweep.h, tools/ftpd/store.c */
#ifndef FTPD_UPLOAD_H
#define FTPD_UPLOAD_H

#include "tools/ftpd/session.h"

struct upload {
	int		 fd;		/* to write to; or -1 */
	int		 dir_fd;	/* of its folder; -1: it is continued in
					 * place */
	const char	*leaf;		/* in the folder; the caller's */
	mode_t		 mode;		/* of the file that it replaces */
	uint64_t	 begun_at;	/* what was there before */
	int		 replaces;	/* there is one */
	int		 may_replace;
	char		 temporary[RESERVED_NAME_SIZE];
};

/*
 * upload_open - begin a file
 *   path   of place_take_new; must stay as it is until upload_close
 *   may_replace   0: a file of that name must not be there
 * Returns 0, or -1 when that was replied.
 * Blocks: for the disk.
 */
int	upload_open(struct upload *upload, struct session *session,
	    const char *path, int may_replace);

/*
 * upload_open_in_place - go on with a file that is there
 *   offset   from where; UINT64_MAX: from its end
 * Returns 0, or -1 when that was replied.
 */
int	upload_open_in_place(struct upload *upload, struct session *session,
	    const char *path, uint64_t offset);

/*
 * upload_commit - it is whole: give it its name
 *   durable   wait until it is on the disk
 * Returns 0, or -1 with errno; then it is still to be closed.
 */
int	upload_commit(struct upload *upload, int durable);

/* upload_close - what was not committed is removed. */
void	upload_close(struct upload *upload);

#endif
