/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers that are the same for the same seed, whatever the C library.
 */
#ifndef FUZZ_RANDOM_H
#define FUZZ_RANDOM_H

#include <linux/types.h>

void random_seed(u32 seed);

u64 random64(void);

/* A number below @n, 0 for none. */
u32 below(u32 n);

#endif
