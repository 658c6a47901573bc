/* load.h - what the load generators and the limit programs share.
 * They measure, so they use nothing of ours that is measured.  Loopback and
 * IPv4 only, and Linux: epoll keeps a thousand clients in one thread.  Each
 * prints one line of JSON, for measure.py.
 * See also: tests/bench/README, tests/bench/measure.py */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stddef.h>
#include <stdint.h>

enum {
	LATENCY_STEPS = 64,		/* an octave: errors below 1.6 % */
	LATENCY_BUCKETS = 64 * LATENCY_STEPS,
	PING_LEN = 20
};

/* how long answers took, in buckets of 1/64 octave; zeroed: none yet */
struct latencies {
	uint64_t	count;
	uint64_t	max_ns;
	uint64_t	bucket[LATENCY_BUCKETS];
};

/* what is sent to have one answer: a line of 20 bytes */
extern const char ping_message[];

/*
 * load_fail - print {"error": ...}, with errno in words, and exit with 1
 */
_Noreturn void	load_fail(const char *format, ...)
		    __attribute__((format(printf, 1, 2)));

/*
 * load_number - a command line's number; load_fail() if it is none
 */
double	load_number(const char *text);

/*
 * load_now - monotonic nanoseconds;  load_seconds - since then
 */
uint64_t	load_now(void);
double		load_seconds(uint64_t since);

/*
 * load_connect - connect to 127.0.0.1:port, without Nagle's algorithm
 * Returns a blocking socket, or -1 with errno.
 * load_connect_start - the same, without waiting: the socket is non-blocking
 */
int	load_connect(int port);
int	load_connect_start(int port);

/*
 * load_listen - listen at 127.0.0.1:port with a long backlog
 * Returns the socket, or prints why not and exits.
 * load_nodelay, load_nonblock, load_timeout - set that option
 */
int	load_listen(int port);
void	load_nodelay(int fd);
void	load_nonblock(int fd);
void	load_timeout(int fd, double seconds);

/*
 * load_serve - accept at 127.0.0.1:port for ever; each connection has a thread
 *   serve   closes the descriptor, which its argument is, as an intptr_t
 * Never returns.
 */
_Noreturn void	load_serve(int port, void *(*serve)(void *));

/*
 * load_send_all - send all of it, over a blocking socket
 * Returns 0, or -1 with errno.
 */
int	load_send_all(int fd, const void *buf, size_t len);

/*
 * load_watch - have epoll tell of these events with this pointer
 * load_rewatch - of others, from now on
 */
void	load_watch(int epoll_fd, int fd, uint32_t events, void *with);
void	load_rewatch(int epoll_fd, int fd, uint32_t events, void *with);

/*
 * ping_reply_len - how long a server's answer to one ping is, by trying it
 */
size_t	ping_reply_len(int port);

/*
 * latency_add - count one;  latency_us - the quantile part (0.5, 0.99), in us
 */
void	latency_add(struct latencies *all, uint64_t ns);
double	latency_us(const struct latencies *all, double part);

#endif
