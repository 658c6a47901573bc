/* pieces.h - a file cut into pieces, which several sessions fetch.
 * See also: tools/ftp/pget.c, tests/system/ftp.py */
#ifndef FTP_PIECES_H
#define FTP_PIECES_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/ftp/session.h"

#define PIECES_MAX	16

enum piece_state { PIECE_FREE, PIECE_TAKEN, PIECE_DONE };

struct piece {
	uint64_t	 at, end;	/* what is still to come */
	enum piece_state state;		/* guarded by the lock */
};

/* The lock is of level 1: whoever has it takes no other. */
struct pieces {
	const char	*remote;	/* the file */
	uint64_t	 size;
	int		 has_time;
	int64_t		 modified;
	int		 fd;		/* where it goes */
	size_t		 count;
	_Atomic uint64_t done;		/* bytes, of all pieces */
	atomic_int	 stopped;	/* set: fetch no more of them */
	pthread_mutex_t	 lock;
	struct piece	 items[PIECES_MAX];
};

/* pieces_cut - into count pieces; those of no bytes are done. */
void	pieces_cut(struct pieces *pieces);

/* pieces_claim - one that nobody fetches, or NULL.
 * Threads: any. */
struct piece *pieces_claim(struct pieces *pieces);

/* pieces_give_back - what is left of it is for somebody else.
 * Threads: whose claim it is. */
void	pieces_give_back(struct pieces *pieces, struct piece *piece);

/*
 * pieces_fetch - what is left of a piece, into its place in the file
 *   session   connected again if it has to be
 * Returns OUTCOME_DONE, or another after logging: also if the server's file is
 * another one by then.  OUTCOME_STOPPED without, when `stopped' has been set.
 * Blocks: as long as bytes come.   Threads: whose claim it is.
 */
enum outcome pieces_fetch(struct pieces *pieces, struct piece *piece,
	    struct session *session);

#endif
