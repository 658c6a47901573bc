/* json_shape.h - what a line of JSON looks like, told without reading it.
 * Brackets, strings and commas are looked at, and nothing else.  That is enough
 * for the two things that jansson leaves to its caller: it recurses, 2,048
 * levels down, so the depth must be known before; and it ends at the first
 * thing that it refuses, so the "id" behind must be found otherwise.
 * Nothing here allocates, recurses, or reads beyond the end.
 * Ref: RFC 8259 2.   See also: proto/message.h, tests/check_json_shape.c */
#ifndef PROTO_JSON_SHAPE_H
#define PROTO_JSON_SHAPE_H

#include <stddef.h>

/*
 * json_shape_depth - how many brackets are open at most, outside strings
 *   text, len   any bytes at all
 * A reader of JSON that stops at what is not JSON goes no deeper.
 * Blocks: no.   Threads: safe.
 */
size_t	json_shape_depth(const char *text, size_t len);

/*
 * json_shape_id - where the id of an object stands
 *   text, len   any bytes at all
 *   id          receives the begin of the value, which is still to be read: it
 *               may be followed by blanks, and may be no JSON
 * Returns its length; 0 if the object has no member "id", or has two, or if
 * the text does not have the shape of one object: names, colons, commas, and
 * the bracket that closes it at the end.
 * Blocks: no.   Threads: safe.
 */
size_t	json_shape_id(const char *text, size_t len, const char **id);

#endif
