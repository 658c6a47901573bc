/* fuzz.h - what the fuzz targets share.
 * A target is one function that takes any bytes, gives them to one module, and
 * aborts if what came back breaks a promise of that module's header.
 *
 *	make fuzz		clang's libFuzzer looks for such bytes
 *	make check		replay.c tries those of tests/fuzz/corpus again
 *
 * See also: tests/fuzz/replay.c, Makefile.am */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#undef NDEBUG			/* a target without assertions finds nothing */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define FUZZ_COUNT(table)	(sizeof(table) / sizeof((table)[0]))

/*
 * LLVMFuzzerTestOneInput - try one input; the name is libFuzzer's
 *   data, size   any bytes at all
 * Returns 0.  A broken promise aborts.
 */
int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
