/* tftp_options.c - what server and client agree on before the first block.
 * See also: proto/tftp_options.h, tests/check_tftp_options.c */
#include "proto/tftp_options.h"

static void terms_take(struct tftp_terms *, const struct tftp_options *);

struct limits {
	uint64_t	 least, most;
	int		 can_be_lowered;
};

static const struct limits limits[TFTP_OPTIONS] = {
	[TFTP_BLKSIZE] = { TFTP_BLKSIZE_MIN, TFTP_BLKSIZE_MAX, 1 },
	[TFTP_TIMEOUT] = { 1, TFTP_TIMEOUT_MAX, 0 },
	[TFTP_TSIZE] = { 0, INT64_MAX, 0 },
	[TFTP_WINDOWSIZE] = { 1, TFTP_WINDOW_MAX, 1 },
};

void
tftp_options_grant(const struct tftp_options *asked,
    struct tftp_options *granted, struct tftp_terms *terms)
{
	*granted = (struct tftp_options){ .unreadable = 0 };
	for (int i = 0; i < TFTP_OPTIONS; i++) {
		uint64_t value = asked->values[i];

		if (!asked->given[i] || value < limits[i].least ||
		    (value > limits[i].most && !limits[i].can_be_lowered))
			continue;
		granted->given[i] = 1;
		granted->values[i] = value < limits[i].most ? value :
		    limits[i].most;
	}
	terms_take(terms, granted);
}

void
tftp_options_lower_window(struct tftp_options *granted,
    struct tftp_terms *terms, size_t bytes, size_t each)
{
	size_t most = bytes / each;

	if (most < 1)
		most = 1;
	if (terms->window <= most)
		return;
	terms->window = most;
	granted->values[TFTP_WINDOWSIZE] = most;
}

int
tftp_options_accept(const struct tftp_options *asked,
    const struct tftp_options *answer, struct tftp_terms *terms)
{
	if (answer->unreadable || answer->unknown)
		return (-1);
	for (int i = 0; i < TFTP_OPTIONS; i++) {
		uint64_t value = answer->values[i];

		if (!answer->given[i])
			continue;
		if (!asked->given[i] || value < limits[i].least ||
		    value > limits[i].most)
			return (-1);
		if (limits[i].can_be_lowered ? value > asked->values[i] :
		    i == TFTP_TIMEOUT && value != asked->values[i])
			return (-1);
	}
	terms_take(terms, answer);
	return (0);
}

static void
terms_take(struct tftp_terms *terms, const struct tftp_options *options)
{
	*terms = (struct tftp_terms)TFTP_TERMS_DEFAULT;
	if (options->given[TFTP_BLKSIZE])
		terms->blksize = (size_t)options->values[TFTP_BLKSIZE];
	if (options->given[TFTP_WINDOWSIZE])
		terms->window = (size_t)options->values[TFTP_WINDOWSIZE];
	if (options->given[TFTP_TIMEOUT])
		terms->timeout_s = (int)options->values[TFTP_TIMEOUT];
	terms->tsize_known = options->given[TFTP_TSIZE];
	terms->tsize = options->values[TFTP_TSIZE];
}
