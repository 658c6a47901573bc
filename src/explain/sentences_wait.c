/* sentences_wait.c - one wait for many, threads, names, options.
 * See also: explain/sentences_socket.c, explain/sentence.h */
#include <errno.h>

#include "explain/catalogue.h"
#include "explain/tables.h"

const struct sentence sentences_of_poll[] = {
	{ 0, BEGINS, N_("One wait for all of them: this thread sleeps until "
	    "one has news, or the time is up.") },
	{ 0, IS_ZERO | NO_WAIT, N_("A look without waiting: none has news.") },
	{ 0, IS_ZERO, N_("The time is up, and none has news.") },
	{ 0, 0, N_("News of {note}: the next call on it will not wait.") },
	{ 0, 0, NULL }
};

const struct sentence sentences_of_epoll[] = {
	{ 0, HAS_NOTE, N_("Descriptor {new} is an epoll: a list, kept by the "
	    "kernel, of what to watch. It is what asyncio waits with.") },
	{ 0, IS_ADDED, N_("Watched from now on; epoll_wait will tell.") },
	{ 0, 0, N_("The list of what is watched has changed.") },
	{ 0, 0, NULL }
};

const struct sentence sentences_of_setopt[] = {
	{ 0, IS_ZERO, N_("That option is switched off (as it is at first, with "
	    "most).") },
	{ 0, 0, N_("The socket behaves otherwise from now on.") },
	{ ENOPROTOOPT, 0, N_("This kind of socket has no such option.") },
	{ 0, 0, NULL }
};

const struct sentence sentences_of_getopt[] = {
	{ 0, IS_ZERO | WAS_CONNECTING, N_("No error: the connection stands.") },
	{ 0, IS_ZERO, N_("No error has been noted since the last time.") },
	{ 0, HAS_NOTE, N_("This is how the attempt to connect ended, or what "
	    "befell the socket meanwhile: {note}.") },
	{ 0, 0, NULL }
};

const struct sentence sentences_of_lookup[] = {
	{ 0, 0, N_("What the name stands for, to be tried in this order: "
	    "{note}.") },
	{ ANY_ERROR, 0, N_("No address: {note}. No packet has gone to the "
	    "server that was meant.") },
	{ 0, 0, NULL }
};

const struct sentence sentences_of_thread[] = {
	{ 0, FOR_CLIENT, N_("{note} is a thread for the client {address}: it "
	    "may wait for that client alone, while this one goes back to wait "
	    "for others.") },
	{ 0, 0, N_("{note} is a thread that runs beside this one, in the same "
	    "memory.") },
	{ EAGAIN, 0, N_("No more threads: a limit of the user or the machine "
	    "is reached, or there is no memory for a stack.") },
	{ 0, 0, NULL }
};

const struct sentence sentences_of_join[] = {
	{ 0, BEGINS, N_("This thread sleeps until that one has ended.") },
	{ 0, 0, N_("That thread has ended, and what it had is given back.") },
	{ EINVAL, 0, N_("That thread was detached: nobody waits for its "
	    "end.") },
	{ 0, 0, NULL }
};

const struct sentence sentences_of_cond[] = {
	{ 0, BEGINS, N_("This thread gives the lock back and sleeps until "
	    "another one signals.") },
	{ 0, 0, N_("Awake, with the lock: what it waited for must be looked at "
	    "again, for another thread may have been faster, or nobody has "
	    "signalled at all.") },
	{ ETIMEDOUT, 0, N_("The time is up and nobody has signalled; the lock "
	    "is held again.") },
	{ 0, 0, NULL }
};

const struct sentence *const sentence_tables[FAMILY_COUNT] = {
	[FAMILY_SOCKET] = sentences_of_socket,
	[FAMILY_BIND] = sentences_of_bind,
	[FAMILY_LISTEN] = sentences_of_listen,
	[FAMILY_ACCEPT] = sentences_of_accept,
	[FAMILY_CONNECT] = sentences_of_connect,
	[FAMILY_RECV] = sentences_of_recv,
	[FAMILY_SEND] = sentences_of_send,
	[FAMILY_PASS] = sentences_of_pass,
	[FAMILY_SHUTDOWN] = sentences_of_shutdown,
	[FAMILY_CLOSE] = sentences_of_close,
	[FAMILY_NAME] = sentences_of_name,
	[FAMILY_SETOPT] = sentences_of_setopt,
	[FAMILY_GETOPT] = sentences_of_getopt,
	[FAMILY_POLL] = sentences_of_poll,
	[FAMILY_EPOLL] = sentences_of_epoll,
	[FAMILY_LOOKUP] = sentences_of_lookup,
	[FAMILY_THREAD] = sentences_of_thread,
	[FAMILY_JOIN] = sentences_of_join,
	[FAMILY_COND] = sentences_of_cond,
};
