/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_LINUX_BITS_H
#define FUZZ_LINUX_BITS_H

#define BITS_PER_BYTE 8
#define BITS_PER_LONG 64
#define BIT(n) (1ul << (n))
#define BIT_ULL(n) (1ull << (n))
#define GENMASK_ULL(high, low) (~0ull >> (63 - (high)) & ~0ull << (low))
#define BITS_TO_LONGS(n) (((n) + BITS_PER_LONG - 1) / BITS_PER_LONG)

static inline void set_bit_le(int n, void *map)
{
	((unsigned char *)map)[n / BITS_PER_BYTE] |= 1u << (n % BITS_PER_BYTE);
}

static inline int test_bit_le(int n, const void *map)
{
	return ((const unsigned char *)map)[n / BITS_PER_BYTE] >>
	       (n % BITS_PER_BYTE) & 1;
}

static inline int fls64(unsigned long long x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

#define ilog2(x) (fls64(x) - 1)
#define hweight64(x) ((unsigned int)__builtin_popcountll(x))

#endif
