/* xferlog.h - a line for each transfer, in the log and in --xferlog's file.
 * The file has the form that wu-ftpd gave it, which programs read.
 * Ref: xferlog(5).   See also: tools/ftpd/transfer.h */
#ifndef FTPD_XFERLOG_H
#define FTPD_XFERLOG_H

#include "tools/ftpd/transfer.h"

/*
 * xferlog_write - tell what became of a transfer that has ended
 *   path    from the client's root
 *   whole   all of it went
 * Blocks: for the disk.
 */
void	xferlog_write(const struct transfer *transfer, const char *path,
	    int whole);

#endif
