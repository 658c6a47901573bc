/* capture.h - what passes, as a capture file: --pcap.
 * The conversation as if client and server had spoken directly, in the clear
 * even where the relay spoke TLS.  The file can be read while it grows.
 * See also: tools/proxy/packet.h, pcap(3), tests/system/proxy.py */
#ifndef PROXY_CAPTURE_H
#define PROXY_CAPTURE_H

#include <stddef.h>

#include "base/cause.h"
#include "tools/proxy/packet.h"

/* A file; opaque.  Its lock (level 7) is held while it is written to. */
struct capture;

/* One conversation in it.  Its threads share it, under the file's lock. */
struct capture_flow {
	struct capture	*capture;	/* NULL: nothing is captured */
	struct packet_flow flow;
	int		 ended[2];	/* no byte may follow from there */
	int		 reset;		/* nor anything at all */
};

/*
 * capture_open - begin a file; what was in it is lost
 * Returns a capture that the caller closes, or NULL with cause: also if fil was
 * built without libpcap.
 * Blocks: for the disk.   Threads: before any starts.
 */
struct capture *capture_open(const char *path, struct cause *cause);

/* capture_close - takes NULL. */
void	capture_close(struct capture *capture);

/*
 * capture_begin - a conversation begins: its handshake
 *   capture   NULL: then nothing of it is captured
 *   number    of the connection
 * Blocks: for the disk, as all that follow.   Threads: safe.
 */
void	capture_begin(struct capture_flow *flow, struct capture *capture,
	    const struct address ends[2], unsigned long number);

/* capture_bytes - bytes from the client (0) or the server (1). */
void	capture_bytes(struct capture_flow *flow, int from, const void *bytes,
	    size_t len);

/* capture_end - that end has said all: FIN, once. */
void	capture_end(struct capture_flow *flow, int from);

/* capture_reset - that end has reset the conversation: RST. */
void	capture_reset(struct capture_flow *flow, int from);

#endif
