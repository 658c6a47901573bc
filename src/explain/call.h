/* call.h - one call of the program, from its beginning to its end.
 * A wrapper fills it in, makes the real call in between, and hands on what that
 * gave, errno too:
 *
 *	struct call call;
 *
 *	call_begin(&call, CALL_RECV, fd);
 *	call.describe = describe_length;
 *	call_waits(&call, POLLIN);
 *	return (call_end(&call, real()->recv(fd, buf, len, flags)));
 *
 * A busy server makes more calls than anybody reads, and shall not wait for
 * their story: what costs time is done for those that are told.
 * See also: explain/sentence.h, explain/record.h */
#ifndef EXPLAIN_CALL_H
#define EXPLAIN_CALL_H

#include <sys/uio.h>
#include <time.h>

#include "explain/sock.h"
#include "explain/words.h"

#define CALL_ARGS_SIZE	640
#define CALL_NOTE_SIZE	192

/* What kind of call it is: one set of sentences for each. */
enum call_family {
	FAMILY_SOCKET, FAMILY_BIND, FAMILY_LISTEN, FAMILY_ACCEPT,
	FAMILY_CONNECT, FAMILY_RECV, FAMILY_SEND, FAMILY_PASS,
	FAMILY_SHUTDOWN, FAMILY_CLOSE, FAMILY_NAME, FAMILY_SETOPT,
	FAMILY_GETOPT, FAMILY_POLL, FAMILY_EPOLL, FAMILY_LOOKUP,
	FAMILY_THREAD, FAMILY_JOIN, FAMILY_COND, FAMILY_COUNT
};

/* X(NAME, name, family) */
#define CALL_LIST \
	X(SOCKET, socket, SOCKET) X(SOCKETPAIR, socketpair, SOCKET) \
	X(BIND, bind, BIND) X(LISTEN, listen, LISTEN) \
	X(ACCEPT, accept, ACCEPT) X(ACCEPT4, accept4, ACCEPT) \
	X(CONNECT, connect, CONNECT) X(SHUTDOWN, shutdown, SHUTDOWN) \
	X(CLOSE, close, CLOSE) X(FCLOSE, fclose, CLOSE) \
	X(GETSOCKNAME, getsockname, NAME) X(GETPEERNAME, getpeername, NAME) \
	X(SETSOCKOPT, setsockopt, SETOPT) X(GETSOCKOPT, getsockopt, GETOPT) \
	X(SEND, send, SEND) X(SENDTO, sendto, SEND) X(SENDMSG, sendmsg, SEND) \
	X(SENDMMSG, sendmmsg, SEND) X(WRITE, write, SEND) \
	X(WRITEV, writev, SEND) X(RECV, recv, RECV) \
	X(RECVFROM, recvfrom, RECV) X(RECVMSG, recvmsg, RECV) \
	X(RECVMMSG, recvmmsg, RECV) X(READ, read, RECV) X(READV, readv, RECV) \
	X(SENDFILE, sendfile, PASS) X(SPLICE, splice, PASS) \
	X(POLL, poll, POLL) X(PPOLL, ppoll, POLL) X(SELECT, select, POLL) \
	X(PSELECT, pselect, POLL) X(EPOLL_WAIT, epoll_wait, POLL) \
	X(EPOLL_PWAIT, epoll_pwait, POLL) \
	X(EPOLL_CREATE, epoll_create1, EPOLL) X(EPOLL_CTL, epoll_ctl, EPOLL) \
	X(GETADDRINFO, getaddrinfo, LOOKUP) \
	X(PTHREAD_CREATE, pthread_create, THREAD) \
	X(PTHREAD_JOIN, pthread_join, JOIN) \
	X(COND_WAIT, pthread_cond_wait, COND) \
	X(COND_TIMEDWAIT, pthread_cond_timedwait, COND) \
	X(COND_CLOCKWAIT, pthread_cond_clockwait, COND)

enum call_id {
#define X(name, text, family)	CALL_##name,
	CALL_LIST
#undef X
	CALL_COUNT
};

/* The situation, as bits; sentences ask for some of them. */
enum call_trait {
	/* of the socket */
	IS_STREAM	= 1 << 0,
	IS_DATAGRAM	= 1 << 1,
	IS_INTERNET	= 1 << 2,	/* else within the machine */
	IS_LISTENER	= 1 << 3,
	HAS_PEER	= 1 << 4,
	PEER_ENDED	= 1 << 5,
	WE_ENDED	= 1 << 6,
	WAS_FULL	= 1 << 7,	/* the read before filled its buffer */
	WAS_CLOSED	= 1 << 8,
	WAS_CONNECTING	= 1 << 9,
	/* of what was asked and what came of it */
	BEGINS		= 1 << 10,	/* it is about to wait */
	WAITED		= 1 << 11,
	IS_ZERO		= 1 << 12,	/* the result is 0 */
	IS_SHORT	= 1 << 13,	/* less than was asked for */
	IS_FULL		= 1 << 14,	/* all that the buffer holds */
	IS_CUT		= 1 << 15,	/* a datagram longer than the buffer */
	IS_PEEK		= 1 << 16,
	ASKED_ZERO	= 1 << 17,
	HAS_NOTE	= 1 << 18,	/* the wrapper's own word, see note */
	ANY_PORT	= 1 << 19,	/* of bind */
	ANY_ADDRESS	= 1 << 20,
	IS_TIMED	= 1 << 20,	/* of recv, instead: SO_RCVTIMEO */
	LOOPBACK	= 1 << 21,
	FOUND_LISTENER	= 1 << 22,	/* who has the address */
	FOUND_TIME_WAIT	= 1 << 23,
	HOW_READ	= 1 << 24,	/* of shutdown */
	HOW_WRITE	= 1 << 25,
	FOR_CLIENT	= 1 << 26,	/* of pthread_create */
	UNREAD		= 1 << 27,	/* of close: bytes nobody took */
	NO_WAIT		= 1 << 28,	/* a time-out of 0 */
	NON_BLOCKING	= 1 << 29,	/* O_NONBLOCK, or MSG_DONTWAIT */
	IS_ADDED	= 1 << 30	/* of epoll_ctl */
};

struct sentence;

struct call {
	enum call_id	 id;
	int		 fd;		/* -1: of none */
	int		 saved_errno;
	int		 traits;
	int		 is_noted;	/* the table of threads shows it */
	clockid_t	 clock;
	int64_t		 begin_ns, end_ns;	/* by it */
	long long	 result;
	int		 error;		/* errno, if it failed; 0 */
	struct sock	 sock;		/* of fd, when it began */
	struct place	 other;		/* of bind, connect, a datagram */
	size_t		 asked;		/* bytes, a backlog, descriptors */
	uint64_t	 bytes;		/* that went in or out */
	uint64_t	 offset;	/* of the first of them */
	const struct iovec *data;	/* them, or NULL: nobody saw them */
	int		 direction;	/* 1: out (send), -1: in (recv) */
	int		 has_moved;	/* bytes and offset say something */
	int		 flags;		/* of send and recv */
	int		 new_fd;	/* of accept */
	const struct sentence *option;	/* of setsockopt, and its place */
	int		 option_row;
	/* Puts args and note into words, when somebody will read them; called
	 * as it begins to wait (BEGINS), and as it is over.  NULL: they are. */
	void		(*describe)(struct call *);
	const void	*what;		/* for describe */
	struct words	 args;		/* behind the descriptor */
	struct words	 note;		/* what a sentence calls {note} */
	char		 args_buf[CALL_ARGS_SIZE];
	char		 note_buf[CALL_NOTE_SIZE];
};

/* call_name, call_family - what the row of its table says */
const char *call_name(enum call_id id);
enum call_family call_family(enum call_id id);

/*
 * call_begin - the program calls
 *   fd   what it calls with, or -1
 * errno is kept for the real call.   Blocks: no.
 * Threads: safe.   Signal handlers: safe, as all below.
 */
void	call_begin(struct call *call, enum call_id id, int fd);

/*
 * call_waits - tell and note that the real call will wait, if it will
 *   events   POLLIN or POLLOUT: asks whether fd is ready, and whether it is
 *            one that waits; 0: it will wait
 * If it is worn, nothing is asked or told: it is noted for the table.
 */
void	call_waits(struct call *call, short events);

/* call_is_worn - have so many calls begun to wait as this one would that nobody
 * is told of one more? */
int	call_is_worn(const struct call *call);

/*
 * call_may_try - may the real call be made with MSG_DONTWAIT first?  If that
 * goes well, it is not asked before whether it would wait, which would cost as
 * much again.
 * Not if another library stands there, too: it may count calls, or fail some.
 */
int	call_may_try(const struct call *call);

/* call_blocks - is fd one that waits, not O_NONBLOCK?  errno is kept. */
int	call_blocks(const struct call *call);

/*
 * call_result - the real call is over: take its result and errno
 *   result   -1: it failed
 */
void	call_result(struct call *call, long long result);

/* call_error - the same for one that returns its error, or 0 */
void	call_error(struct call *call, int error);

/*
 * call_end - tell it all; call_result has been called, or is now
 * Returns result, with errno as the real call left it.
 */
long long call_end(struct call *call, long long result);

/* call_tell - the last half of call_end: say and log what is in call */
void	call_tell(struct call *call);

#endif
