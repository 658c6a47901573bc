/* outcome.h - how an errand at an FTP server ended.
 * What went wrong was logged where it was seen; this says what may be done
 * about it: a 5yz is final, a lost connection may be made again. */
#ifndef FTP_OUTCOME_H
#define FTP_OUTCOME_H

enum outcome {
	OUTCOME_DONE,
	OUTCOME_REFUSED,		/* 5yz: asking again is of no use */
	OUTCOME_LATER,			/* 4yz: not now */
	OUTCOME_LOST,			/* the connection broke */
	OUTCOME_HERE,			/* it is our side that cannot */
	OUTCOME_STOPPED,		/* Ctrl-C */
	OUTCOME_UNTRUSTED		/* the certificate was refused */
};

#endif
