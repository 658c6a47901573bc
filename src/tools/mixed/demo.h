/* demo.h - what fil-mixedd --demo makes: the final exercise of sheet A with
 * nothing to prepare.
 * A certificate and two accounts with random passwords, in a private folder
 * that goes when the server does.
 * See also: fil-mixedd(8), net/tls_demo.h */
#ifndef MIXED_DEMO_H
#define MIXED_DEMO_H

#include "base/cause.h"
#include "serve/server.h"

#define DEMO_PATH_SIZE	256

struct demo {
	char	dir[DEMO_PATH_SIZE];	/* "": none was made */
	char	cert[DEMO_PATH_SIZE], key[DEMO_PATH_SIZE];
	char	users[DEMO_PATH_SIZE];
};

/*
 * demo_make - make the folder and all that is in it
 * Returns 0, or -1 with cause and nothing left behind.
 * Blocks: for the disk, and two password hashes.   Threads: before any starts.
 */
int	demo_make(struct demo *demo, struct cause *cause);

/*
 * demo_explain - print on standard output what to type to try the server
 * Returns 0, or -1 with cause: the certificate is for localhost, and the
 * server does not listen there.
 * Blocks: as long as standard output does.   Threads: main's only.
 */
int	demo_explain(const struct demo *demo, const struct server *server,
	    struct cause *cause);

/* demo_remove - remove the folder.  Takes a zeroed one. */
void	demo_remove(const struct demo *demo);

#endif
