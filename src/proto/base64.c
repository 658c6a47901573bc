/* base64.c - bytes as letters, digits, + and /.
 * See also: proto/base64.h, tests/check_mime.c */
#include "proto/base64.h"

#include <stdint.h>

void
base64_encode(const void *buf, size_t len, char *text)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const uint8_t *in = buf;

	for (; len > 0; in += 3) {
		size_t n = len < 3 ? len : 3;
		uint32_t bits = (uint32_t)in[0] << 16 |
		    (n > 1 ? (uint32_t)in[1] << 8 : 0) | (n > 2 ? in[2] : 0);

		*text++ = digits[bits >> 18];
		*text++ = digits[bits >> 12 & 63];
		*text++ = n > 1 ? digits[bits >> 6 & 63] : '=';
		*text++ = n > 2 ? digits[bits & 63] : '=';
		len -= n;
	}
	*text = '\0';
}
