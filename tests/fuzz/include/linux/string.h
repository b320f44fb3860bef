/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_LINUX_STRING_H
#define FUZZ_LINUX_STRING_H

#include <string.h>
#include <linux/types.h>

/* First byte that is not @c, NULL when all are. */
void *memchr_inv(const void *start, int c, size_t bytes);

#define strscpy(to, from, size) snprintf(to, size, "%s", from)

#endif
