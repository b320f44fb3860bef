// SPDX-License-Identifier: GPL-2.0
/*
 * What the module calls of the kernel and of its own parts that are not built
 * here.
 */
#include <linux/crc32c.h>
#include <linux/device-mapper.h>
#include <linux/xarray.h>

#include "dm-remap.h"
#include "load.h"

/* The Castagnoli polynomial, reflected: RFC 3720, appendix B.4. */
#define CRC32C_POLYNOMIAL 0x82f63b78u

const char *fuzz_last_log = "";

void fuzz_log(const char *format, ...)
{
	fuzz_last_log = format;
}

void *memchr_inv(const void *start, int c, size_t bytes)
{
	const u8 *p = start;

	if (bytes && *p == (u8)c && !memcmp(p, p + 1, bytes - 1))
		return NULL;
	for (; bytes; bytes--, p++)
		if (*p != (u8)c)
			return (void *)p;
	return NULL;
}

static u32 crc_bytes(u32 crc, const u8 *p, unsigned int length)
{
	static u32 table[256];
	unsigned int i, bit;

	for (i = 0; i < 256 && !table[255]; i++) {
		u32 value = i;

		for (bit = 0; bit < 8; bit++)
			value = value >> 1 ^ (value & 1 ? CRC32C_POLYNOMIAL : 0);
		table[i] = value;
	}
	for (; length; length--, p++)
		crc = table[(crc ^ *p) & 255] ^ crc >> 8;
	return crc;
}

#ifdef __x86_64__
__attribute__((target("sse4.2")))
static u32 crc_words(u32 crc, const u8 *p, unsigned int length)
{
	unsigned long long sum = crc;
	u64 word;

	for (; length >= 8; length -= 8, p += 8) {
		memcpy(&word, p, 8);
		sum = __builtin_ia32_crc32di(sum, word);
	}
	return crc_bytes(sum, p, length);
}
#endif

u32 crc32c(u32 crc, const void *bytes, unsigned int length)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("sse4.2"))
		return crc_words(crc, bytes, length);
#endif
	return crc_bytes(crc, bytes, length);
}

void xa_init(struct xarray *xa)
{
	memset(xa, 0, sizeof(*xa));
}

void xa_destroy(struct xarray *xa)
{
	free(xa->item);
	xa_init(xa);
}

/* The place of the first entry at or after @index. */
static size_t xa_place(const struct xarray *xa, unsigned long index)
{
	size_t low = 0, high = xa->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (xa->item[middle].index < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void *xa_find(struct xarray *xa, unsigned long *index, unsigned long last,
	      unsigned int filter)
{
	size_t n = xa_place(xa, *index);

	if (n == xa->count || xa->item[n].index > last)
		return NULL;
	*index = xa->item[n].index;
	return xa->item[n].entry;
}

void *xa_load(struct xarray *xa, unsigned long index)
{
	return xa_find(xa, &index, index, XA_PRESENT);
}

void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	size_t n = xa_place(xa, index);
	void *old = NULL;

	if (n < xa->count && xa->item[n].index == index) {
		old = xa->item[n].entry;
	} else {
		if (xa->count == xa->room) {
			xa->room = xa->room * 2 + 8;
			xa->item = realloc(xa->item,
					   xa->room * sizeof(*xa->item));
			if (!xa->item)
				abort();
		}
		memmove(xa->item + n + 1, xa->item + n,
			(xa->count++ - n) * sizeof(*xa->item));
		xa->item[n].index = index;
	}
	xa->item[n].entry = entry;
	return old;
}

void *xa_erase(struct xarray *xa, unsigned long index)
{
	size_t n = xa_place(xa, index);
	void *old;

	if (n == xa->count || xa->item[n].index != index)
		return NULL;
	old = xa->item[n].entry;
	memmove(xa->item + n, xa->item + n + 1,
		(--xa->count - n) * sizeof(*xa->item));
	return old;
}

/* Who looks after main; there is none here. */
void remap_scan_near(struct remap_c *rc, u64 block)
{
	abort();
}

void remap_weak_note(struct remap_c *rc, u64 block)
{
	abort();
}

/* Counts what I/O did; none is done here. */
void remap_count(struct remap_c *rc, u64 *counter)
{
	abort();
}
