/* outcome.h - how an attempt to deliver a message ends.
 * See also: fil-smtp(1), sysexits(3) */
#ifndef SMTP_OUTCOME_H
#define SMTP_OUTCOME_H

/* Exit statuses: those of sysexits.h, which is not everywhere. */
enum {
	SMTP_ACCEPTED = 0,
	SMTP_CERTIFICATE = 3,		/* as every client of fil */
	SMTP_USAGE = 64,
	SMTP_BAD_TEXT = 65,		/* the body is no text */
	SMTP_NO_INPUT = 66,		/* a file of ours cannot be used */
	SMTP_NO_USER = 67,
	SMTP_NO_HOST = 68,
	SMTP_UNAVAILABLE = 69,
	SMTP_SYSTEM = 71,		/* no memory, no socket */
	SMTP_TEMPORARY = 75,
	SMTP_NO_PERMISSION = 77
};

struct outcome {
	int		 status;
	int		 is_final;	/* no other exchanger is asked */
};

#endif
