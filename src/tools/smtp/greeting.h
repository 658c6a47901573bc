/* greeting.h - what a client calls itself in EHLO.
 * Ref: RFC 5321 4.1.1.1, 4.1.3. */
#ifndef SMTP_GREETING_H
#define SMTP_GREETING_H

#define GREETING_NAME_SIZE	256

/*
 * greeting_name - the name of this machine, if it is a full one; else its
 * address on a connection, in brackets
 * Blocks: no.   Threads: safe.
 */
void	greeting_name(int fd, char name[GREETING_NAME_SIZE]);

/* greeting_host - the name of this machine, full or not. */
void	greeting_host(char name[GREETING_NAME_SIZE]);

#endif
