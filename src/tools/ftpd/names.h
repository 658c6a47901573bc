/* names.h - the names in a folder, sorted.
 * A folder may be larger than memory should be: what is beyond a bound comes
 * sorted by itself, in further fillings.
 * See also: tools/ftpd/listing.c */
#ifndef FTPD_NAMES_H
#define FTPD_NAMES_H

#include <dirent.h>
#include <stddef.h>

struct names {
	char		**items;	/* in text, by bytes */
	size_t		 len, room;
	char		*text;
	size_t		 text_len, text_room;
	DIR		*dir;
};

/*
 * names_open - begin to read a folder
 *   dir_fd   stays the caller's
 * Returns 0, or -1 with errno.
 * Blocks: for the disk.
 */
int	names_open(struct names *names, int dir_fd);

/*
 * names_fill - the next names, without . and ..
 * Returns 1, 0 if there are no more, or -1 with errno.
 * Blocks: for the disk.
 */
int	names_fill(struct names *names);

/* names_close - free them. */
void	names_close(struct names *names);

#endif
