/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_LINUX_STRING_H
#define FUZZ_LINUX_STRING_H

#include <string.h>
#include <linux/types.h>

/* First byte that is not @c, NULL when all are. */
static inline void *memchr_inv(const void *start, int c, size_t bytes)
{
	const u8 *p = start;

	for (; bytes; bytes--, p++)
		if (*p != (u8)c)
			return (void *)p;
	return NULL;
}

#define strscpy(to, from, size) snprintf(to, size, "%s", from)

#endif
