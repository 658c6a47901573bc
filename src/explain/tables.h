/* tables.h - the tables of sentences, by family.
 * See also: explain/sentence.h, explain/sentences_socket.c */
#ifndef EXPLAIN_TABLES_H
#define EXPLAIN_TABLES_H

#include "explain/sentence.h"

/* sentences_socket.c */
extern const struct sentence sentences_of_socket[];
extern const struct sentence sentences_of_bind[];
extern const struct sentence sentences_of_listen[];
extern const struct sentence sentences_of_accept[];
extern const struct sentence sentences_of_connect[];
extern const struct sentence sentences_of_shutdown[];
extern const struct sentence sentences_of_close[];
extern const struct sentence sentences_of_name[];

/* sentences_data.c */
extern const struct sentence sentences_of_recv[];
extern const struct sentence sentences_of_send[];
extern const struct sentence sentences_of_pass[];

/* sentences_wait.c */
extern const struct sentence sentences_of_poll[];
extern const struct sentence sentences_of_epoll[];
extern const struct sentence sentences_of_setopt[];
extern const struct sentence sentences_of_getopt[];
extern const struct sentence sentences_of_lookup[];
extern const struct sentence sentences_of_thread[];
extern const struct sentence sentences_of_join[];
extern const struct sentence sentences_of_cond[];

#endif
