/* shell.h - fil-tftp without a command: lines, as of the classic client.
 * See also: tools/tftp/client.h, client/prompt.h */
#ifndef TFTP_SHELL_H
#define TFTP_SHELL_H

#include "tools/tftp/client.h"

/*
 * shell_run - read and obey lines until quit, or until there are no more
 *   plain   do not edit them
 * Returns the exit status: 0, or 1 if any transfer failed.
 * Blocks: until then.   Threads: main's only.
 */
int	shell_run(struct tftp_client *client, int plain);

#endif
