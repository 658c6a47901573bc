/* tftpd.h - what fil-tftpd's threads share: how it was started.
 * Nothing here changes once the first request is served.
 * See also: tools/tftp/fil-tftpd.c */
#ifndef TFTP_TFTPD_H
#define TFTP_TFTPD_H

#include <stdint.h>

#include "serve/upload.h"

/* --write: as enum upload_policy, and one more. */
#define TFTPD_WRITE_WORDS	"overwrite|create|existing|unique|none"
#define TFTPD_WRITE_NONE	(UPLOAD_UNIQUE + 1)

struct tftpd {
	int		 root_fd;
	int		 write;		/* of TFTPD_WRITE_WORDS */
	int64_t		 file_max;	/* bytes; 0: any */
	int64_t		 free_min;	/* of the file system, at the end */
	int64_t		 window_bytes;	/* of blocks on their way */
	int		 first_port, last_port;	/* of transfers; 0: any */
	int		 trace;
	int64_t		 patience_us;	/* --idle-timeout; 0: none */
};

#endif
