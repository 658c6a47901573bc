/* record.h - the log: the same calls for a program to read, as NDJSON.
 * A line an object.  All have "phase", "pid", "t" (the monotonic clock, ns):
 *   start   a process begins: "program", "host", "boot", "wall" (UTC, ns)
 *   begin   a call begins to wait
 *   end     a call is over: "begin" is when it began
 * begin and end have "tid", "thread", "call", and where they are known "fd",
 * "sock" (the serial number of the socket), "proto", "local", "peer", "dir",
 * "offset", "bytes", "asked", "result", "errno", "new_fd", "args".
 * offset counts the bytes of a stream, or the datagrams, that went before in
 * this direction: by it a send is paired with the read that its bytes fed.
 * See also: fil-timeline(1) */
#ifndef EXPLAIN_RECORD_H
#define EXPLAIN_RECORD_H

#include "explain/call.h"

/* Each writes one line.   Blocks: for the file.   Threads: safe.
 * Signal handlers: record_begin and record_end are safe. */
void	record_start(void);
void	record_begin(const struct call *call);
void	record_end(const struct call *call);

#endif
