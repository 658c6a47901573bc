/* chat_member.h - one member of a chat under load: its lines in and out.
 * See also: chatload.c */
#ifndef BENCH_CHAT_MEMBER_H
#define BENCH_CHAT_MEMBER_H

#include <stddef.h>
#include <stdint.h>

#include "load.h"

enum {
	CHAT_SENDERS_MAX = 8,
	CHAT_LINE_MIN = 32,
	CHAT_LINE_MAX = 4096,
	CHAT_BUF_SIZE = 8192
};

struct chat_member {
	int		 fd;
	int		 number;
	int		 joined;	/* irc: it is in the channel */
	int		 synced;	/* has heard a first line */
	int		 dead;
	size_t		 len;		/* of buf used: a line not yet whole */
	char		 buf[CHAT_BUF_SIZE];
	uint64_t	 heard[CHAT_SENDERS_MAX];
	char		 out[CHAT_LINE_MAX + 32];
	size_t		 out_len, out_sent;	/* a line not yet sent whole */
};

struct chat {
	struct chat_member *members;	/* receivers, then senders */
	int		 receivers, senders, count;
	int		 line_size, irc, epoll_fd;
	struct latencies latencies;
	uint64_t	 sent[CHAT_SENDERS_MAX];
	uint64_t	 began, warm, ended, last_heard;
	double		 longest_silence;
	int		 stuck, closed;
};

/*
 * chat_member_introduce - say what a server wants to hear first
 * chat_irc_join - the same, for a member who will not read: wait, then join
 */
void	chat_member_introduce(const struct chat *chat,
	    struct chat_member *member);
void	chat_irc_join(int fd);

/*
 * chat_member_read - take what has come, and count its lines
 */
void	chat_member_read(struct chat *chat, struct chat_member *member);

/*
 * chat_line - write a line of this sender; returns its length
 * chat_send - send the sender's next line: 1, or 0 if only a part went
 * chat_slowest - lines of this sender (-1: the least of all senders) that every
 * receiver has
 */
size_t		chat_line(const struct chat *chat, char *line, uint64_t at,
		    int sender);
int		chat_send(struct chat *chat, int sender);
uint64_t	chat_slowest(const struct chat *chat, int sender);

#endif
