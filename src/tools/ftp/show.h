/* show.h - a listing on a terminal.
 * See also: tools/ftp/listing.h */
#ifndef FTP_SHOW_H
#define FTP_SHOW_H

#include "tools/ftp/listing.h"

/*
 * show_columns - the names alone, as many side by side as there is room for
 * show_lines - a line each: kind, size, time
 *   colored   folders blue, links cyan
 * Block: as standard output does.   Threads: one that prints.
 */
void	show_columns(const struct listing *listing, int colored);
void	show_lines(const struct listing *listing, int colored);

#endif
