/* outcome.h - what fil-tftp says when a transfer is over.
 * See also: tools/tftp/client.h */
#ifndef TFTP_OUTCOME_H
#define TFTP_OUTCOME_H

#include "base/cause.h"
#include "tools/tftp/transfer.h"

/*
 * outcome_tell - one line on standard error
 *   file    as it was typed
 *   cause   of a failure with the file here; kind CAUSE_NONE: none
 * Blocks: as log_line.   Threads: safe.
 */
void	outcome_tell(const struct transfer *transfer, const char *file,
	    const struct cause *cause, enum tftp_opcode opcode);

#endif
