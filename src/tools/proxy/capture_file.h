/* capture_file.h - a file of packets, by libpcap where fil is built with it.
 * See also: tools/proxy/capture.h, pcap_dump(3), pcap-savefile(5) */
#ifndef PROXY_CAPTURE_FILE_H
#define PROXY_CAPTURE_FILE_H

#include <stddef.h>

#include "base/cause.h"

struct capture_file;

/*
 * capture_file_open - begin a file of IP packets; what was in it is lost
 * Returns NULL with cause, also if there is no libpcap.
 * Blocks: for the disk, as all of them.   Threads: one at a time.
 */
struct capture_file *capture_file_open(const char *path, struct cause *cause);

/* capture_file_write - a packet, now; whether it did well the flush tells. */
void	capture_file_write(struct capture_file *file,
	    const unsigned char *packet, size_t len);

/* capture_file_flush - let others read it.  Returns 0, or -1 with errno. */
int	capture_file_flush(struct capture_file *file);

/* capture_file_close - takes NULL. */
void	capture_file_close(struct capture_file *file);

#endif
