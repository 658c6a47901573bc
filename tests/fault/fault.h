/* fault.h - make calls fail or come short, by rule.
 * A preloaded library: the program under test does not know.
 *
 *	FIL_FAULT='recv=EINTR:every=3,send=short:1' \
 *	LD_PRELOAD=tests/fault/libfault.so src/fil-mixedd
 *
 * A rule is CALL=FAULT[:CONDITION=N...]; rules are separated by commas.
 *	CALL	a call of libc: recv, accept, pthread_create, malloc...
 *	FAULT	an error (EINTR, EAI_AGAIN: as that call reports it),
 *		short (read, write, send, recv, sendmsg...): at most N bytes,
 *		short:N, or KILL: the process ends there, as by kill -9
 * and the conditions, all of which must hold:
 *	after=N	  the first N calls go well
 *	every=N	  only each Nth call
 *	times=N	  only N times
 *	late	  the call is made, and only then reported to have failed
 *	own	  (malloc, calloc, realloc) called by the program itself, not by
 *		  a library: GMP and libtasn1 do not outlive a refusal
 *	phase=N	  while the first character of the file FIL_FAULT_PHASE is N:
 *		  whoever runs the program writes it there, in place
 *	percent=N by chance; seed=N (a rule of its own: "seed=7") repeats it
 * An unknown call, fault or condition ends the program with status 99: a test
 * whose fault never happens would prove nothing.
 *
 * FIL_FAULT_REPORT=FILE: at exit, a line a rule, "recv=EINTR 120 calls 40
 * faults".  A program that preloads it into itself may change the rules: */
#ifndef TESTS_FAULT_H
#define TESTS_FAULT_H

/*
 * fault_set - replace the rules; "": none
 * Threads: while no other thread makes a call that has a rule.
 */
void	fault_set(const char *rules);

/* fault_knows - can this call be made to fail?  (Not the allocator's under a
 * sanitizer, which brings its own.) */
int	fault_knows(const char *call);

/* fault_hits - how many faults the rules have made since fault_set. */
unsigned long fault_hits(void);

#endif
