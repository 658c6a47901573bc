/* num.h - numbers from text, strictly.
 * strtol takes "12abc", " 12", "-1" as unsigned, and "1e999": none of it is
 * what a user or a peer meant.  Here a text is all number or it is refused.
 * See also: tests/check_num.c */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stddef.h>
#include <stdint.h>

/*
 * num_parse - a whole number in decimal digits
 *   text, len   the digits; no sign, no spaces, at least one digit
 *   max         the largest value taken (the smallest is 0)
 *   value       set on success only
 * Returns 0, or -1 if text is not such a number.
 * Blocks: no.   Threads: safe.
 */
int	num_parse(const char *text, size_t len, uint64_t max, uint64_t *value);

/*
 * num_parse_ms - seconds with at most three decimals, as milliseconds
 *   text        "30", "0.5", "1.250"; ends with NUL
 *   max_ms      the largest value taken, in milliseconds
 *   value_ms    set on success only
 * Returns 0, or -1 if text is not such a number.
 * Blocks: no.   Threads: safe.
 */
int	num_parse_ms(const char *text, int64_t max_ms, int64_t *value_ms);

#endif
