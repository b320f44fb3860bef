/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_LINUX_HASH_H
#define FUZZ_LINUX_HASH_H

#include <linux/types.h>

static inline u32 hash_64(u64 value, unsigned int bits)
{
	return value * 0x61c8864680b583ebull >> (64 - bits);
}

#endif
