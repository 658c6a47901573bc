/* real.h - the calls as the C library has them.
 * The library stands before libc and has functions of the same names; what it
 * calls itself, and what it hands on to, goes through this table.
 * See also: dlsym(3), explain/real.c */
#ifndef EXPLAIN_REAL_H
#define EXPLAIN_REAL_H

#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* X(type, name, parameters): each call that has a wrapper. */
#define REAL_CALLS \
	X(int, socket, (int, int, int)) \
	X(int, socketpair, (int, int, int, int *)) \
	X(int, bind, (int, const struct sockaddr *, socklen_t)) \
	X(int, listen, (int, int)) \
	X(int, accept, (int, struct sockaddr *, socklen_t *)) \
	X(int, accept4, (int, struct sockaddr *, socklen_t *, int)) \
	X(int, connect, (int, const struct sockaddr *, socklen_t)) \
	X(int, shutdown, (int, int)) \
	X(int, getsockname, (int, struct sockaddr *, socklen_t *)) \
	X(int, getpeername, (int, struct sockaddr *, socklen_t *)) \
	X(int, setsockopt, (int, int, int, const void *, socklen_t)) \
	X(int, getsockopt, (int, int, int, void *, socklen_t *)) \
	X(ssize_t, send, (int, const void *, size_t, int)) \
	X(ssize_t, sendto, (int, const void *, size_t, int, \
	    const struct sockaddr *, socklen_t)) \
	X(ssize_t, sendmsg, (int, const struct msghdr *, int)) \
	X(int, sendmmsg, (int, struct mmsghdr *, unsigned, int)) \
	X(ssize_t, recv, (int, void *, size_t, int)) \
	X(ssize_t, recvfrom, (int, void *, size_t, int, struct sockaddr *, \
	    socklen_t *)) \
	X(ssize_t, recvmsg, (int, struct msghdr *, int)) \
	X(int, recvmmsg, (int, struct mmsghdr *, unsigned, int, \
	    struct timespec *)) \
	X(ssize_t, __recv_chk, (int, void *, size_t, size_t, int)) \
	X(ssize_t, __recvfrom_chk, (int, void *, size_t, size_t, int, \
	    struct sockaddr *, socklen_t *)) \
	X(ssize_t, read, (int, void *, size_t)) \
	X(ssize_t, __read_chk, (int, void *, size_t, size_t)) \
	X(ssize_t, readv, (int, const struct iovec *, int)) \
	X(ssize_t, write, (int, const void *, size_t)) \
	X(ssize_t, writev, (int, const struct iovec *, int)) \
	X(ssize_t, sendfile, (int, int, off_t *, size_t)) \
	X(ssize_t, sendfile64, (int, int, off64_t *, size_t)) \
	X(ssize_t, splice, (int, off64_t *, int, off64_t *, size_t, \
	    unsigned)) \
	X(int, poll, (struct pollfd *, nfds_t, int)) \
	X(int, __poll_chk, (struct pollfd *, nfds_t, int, size_t)) \
	X(int, ppoll, (struct pollfd *, nfds_t, const struct timespec *, \
	    const sigset_t *)) \
	X(int, __ppoll_chk, (struct pollfd *, nfds_t, \
	    const struct timespec *, const sigset_t *, size_t)) \
	X(int, select, (int, fd_set *, fd_set *, fd_set *, \
	    struct timeval *)) \
	X(int, pselect, (int, fd_set *, fd_set *, fd_set *, \
	    const struct timespec *, const sigset_t *)) \
	X(int, epoll_create, (int)) \
	X(int, epoll_create1, (int)) \
	X(int, epoll_ctl, (int, int, int, struct epoll_event *)) \
	X(int, epoll_wait, (int, struct epoll_event *, int, int)) \
	X(int, epoll_pwait, (int, struct epoll_event *, int, int, \
	    const sigset_t *)) \
	X(int, getaddrinfo, (const char *, const char *, \
	    const struct addrinfo *, struct addrinfo **)) \
	X(int, close, (int)) \
	X(int, close_range, (unsigned, unsigned, int)) \
	X(void, closefrom, (int)) \
	X(int, fclose, (FILE *)) \
	X(int, dup, (int)) \
	X(int, dup2, (int, int)) \
	X(int, dup3, (int, int, int)) \
	X(int, pthread_create, (pthread_t *, const pthread_attr_t *, \
	    void *(*)(void *), void *)) \
	X(int, pthread_join, (pthread_t, void **)) \
	X(int, pthread_setname_np, (pthread_t, const char *)) \
	X(int, pthread_cond_wait, (pthread_cond_t *, pthread_mutex_t *)) \
	X(int, pthread_cond_timedwait, (pthread_cond_t *, \
	    pthread_mutex_t *, const struct timespec *)) \
	X(int, pthread_cond_clockwait, (pthread_cond_t *, \
	    pthread_mutex_t *, clockid_t, const struct timespec *)) \
	X(int, sigaction, (int, const struct sigaction *, \
	    struct sigaction *)) \
	X(sighandler_t, signal, (int, sighandler_t)) \
	X(void, _exit, (int))

struct real {
#define X(type, name, ...)	type (*name) __VA_ARGS__;
	REAL_CALLS
#undef X
};

/*
 * real - the table, filled
 * Other libraries may call us before our own beginning: whoever is first fills
 * it, and two who are write the same.
 * Blocks: for the dynamic linker, once.   Threads: safe.
 */
const struct real *real(void);

/* real_is_alone - is nothing between us and the C library that takes part in
 * what send and recv do?  As real. */
int	real_is_alone(void);

#endif
