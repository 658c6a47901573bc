/* block.h - one block of a conversation, as people read it.
 *	#3 12:03:04.120345 127.0.0.1:51234 -> 10.0.1.1:4000  14 bytes @0
 *	| GET / HTTP/1.0\r
 * A header begins with '#', a line of a payload with "| " (or blanks, in
 * hexadecimal): so no payload can pass for a header.  Nothing here touches a
 * descriptor.
 * See also: tools/proxy/display.h, tests/check_block.c */
#ifndef PROXY_BLOCK_H
#define PROXY_BLOCK_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* Text of len bytes, formatted, with its header and colours. */
#define BLOCK_TEXT_SIZE(len)	(6 * (len) + 1024)
#define BLOCK_COUNT_SIZE	64

enum block_form {
	BLOCK_AUTO,			/* text if the bytes are text */
	BLOCK_TEXT,
	BLOCK_HEX
};

struct block {
	unsigned long	 number;	/* of the connection */
	int		 down;		/* from the upstream server */
	struct timespec	 time;
	const char	*client, *upstream;	/* their addresses */
	uint64_t	 offset;	/* of its first byte in its direction */
	const char	*bytes;
	size_t		 len;
};

/*
 * block_format - write header and lines
 *   colored   begin and end with the escapes that colour its direction
 *   text      BLOCK_TEXT_SIZE(block->len) bytes
 * In text, control characters become \x1b forms, and so do bytes that are not
 * UTF-8 (half of a character, where a block ends in it); a line that has not
 * ended yet begins with "|~".
 * Returns the length written; no NUL follows.
 * Blocks: no.   Threads: safe.
 */
size_t	block_format(const struct block *block, enum block_form form,
	    int colored, char *text);

/*
 * block_is_text - would a person rather read these bytes than their numbers?
 * Valid UTF-8, but for characters that are cut at either end, and no control
 * characters but those of text.
 * Blocks: no.   Threads: safe.
 */
int	block_is_text(const char *bytes, size_t len);

/* block_count, block_bytes - a number for people: "88,120", "88,120 bytes";
 * text has BLOCK_COUNT_SIZE bytes.  Return text. */
const char *block_count(uint64_t count, char *text);
const char *block_bytes(uint64_t count, char *text);

#endif
