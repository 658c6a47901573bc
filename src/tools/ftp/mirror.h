/* mirror.h - make a folder as another one is, with all that is in it.
 * Only what is missing or other is moved: what a mirror that was stopped has
 * done, the next one need not do.  Nothing is removed.
 * See also: tools/ftp/files.h, tools/ftp/below.h */
#ifndef FTP_MIRROR_H
#define FTP_MIRROR_H

#include "tools/ftp/ftp.h"
#include "tools/ftp/meter.h"

#define MIRROR_DEPTH_MAX	64
#define MIRROR_FILES_MAX	1000000

struct mirror {
	struct ftp	*ftp;
	const char	*remote, *local;
	int		 is_dry;	/* print what would be done */
	struct meter	 meter;
	size_t		 moved, same;	/* files */
	enum outcome	 worst;		/* DONE, or of what went wrong */
};

/*
 * mirror_get, mirror_put - from the server, and to it
 *   mirror   ftp, remote, local, is_dry set; the rest 0
 * Return OUTCOME_DONE, or another after logging: the rest is done all the
 * same, if it can be.
 * Block: as long as bytes come.   Threads: the main one.
 */
enum outcome mirror_get(struct mirror *mirror);
enum outcome mirror_put(struct mirror *mirror);

/* mirror_note - one more file or folder went so; can it go on? */
int	mirror_note(struct mirror *mirror, enum outcome outcome);

/* mirror_print - what would be done, a line on standard output. */
void	mirror_print(const char *verb, const char *path);

#endif
