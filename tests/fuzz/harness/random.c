// SPDX-License-Identifier: GPL-2.0
#include "random.h"

static u64 state;

/* xorshift64*, Marsaglia and Vigna. */
u64 random64(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1dull;
}

u32 below(u32 n)
{
	return n ? (random64() >> 32) % n : 0;
}

void random_seed(u32 seed)
{
	state = seed * 0x9e3779b97f4a7c15ull + 1;
	random64();
}
