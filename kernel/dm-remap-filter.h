/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which parts of main map() has to look closer at, see dm-remap-filter.c.
 */
#ifndef DM_REMAP_FILTER_H
#define DM_REMAP_FILTER_H

#include "dm-remap.h"

#define REMAP_GROUP_SHIFT	3	/* sectors of a group, as a power of two */
#define REMAP_BYTE_SHIFT	(REMAP_GROUP_SHIFT + 3)
#define REMAP_WINDOW_BYTES	8u

/* What is no longer lies in one window, wherever it begins in its byte. */
#define REMAP_WINDOW_BIO_BYTES \
	((REMAP_WINDOW_BYTES - 1) << (REMAP_BYTE_SHIFT + SECTOR_SHIFT))

/**
 * struct remap_filter - groups of sectors of which something is known
 * @mask: number of bytes before they begin anew, less one; a power of two
 * @byte: bits in little-endian order, @mask + 1 bytes and the first window again
 */
struct remap_filter {
	unsigned long mask;
	u8 byte[] __aligned(sizeof(unsigned long));
};

/* dm-remap-filter.c */
int remap_filter_init(struct remap_c *rc, unsigned int bits);
void remap_filter_reset(struct remap_c *rc);
void remap_filter_choose(struct remap_c *rc);
void remap_filter_add(struct remap_c *rc, u64 block);

/* The bits from the byte on in which a sector's group has its bit. */
static inline const u64 *remap_filter_window(const struct remap_filter *filter,
					     sector_t sector)
{
	return (const u64 *)&filter->byte[sector >> REMAP_BYTE_SHIFT &
					  filter->mask];
}

/*
 * May anything be known of what begins at this sector, or lies not far behind?
 * For at most REMAP_WINDOW_BIO_BYTES.
 */
static inline bool remap_filter_glance(const struct remap_filter *filter,
				       sector_t first)
{
	/*
	 * Only compared to zero, and by one instruction if not READ_ONCE();
	 * which of two bits is seen first does not matter.
	 */
	return data_race(get_unaligned(remap_filter_window(filter, first))) != 0;
}

/* The same, exactly: for these sectors, at least 1. */
static inline bool remap_window_hits(const struct remap_filter *filter,
				     sector_t first, unsigned int count)
{
	u64 group = first >> REMAP_GROUP_SHIFT;
	u64 last = (first + count - 1) >> REMAP_GROUP_SHIFT;
	u64 window = get_unaligned_le64(remap_filter_window(filter, first));

	/* At most 57 groups, from one of the first 8 bits on. */
	return window >> (group & 7) << (63 - (last - group));
}

/**
 * remap_filter_hits() - may anything be known of a block of these sectors?
 * @filter: as map() found it
 * @first: first sector
 * @count: number of sectors, at least 1
 *
 * Looks at each group's own bit. Context: any.
 */
static inline bool remap_filter_hits(const struct remap_filter *filter,
				     sector_t first, unsigned int count)
{
	const unsigned int most = REMAP_WINDOW_BIO_BYTES >> SECTOR_SHIFT;

	for (; count > most; first += most, count -= most)
		if (remap_window_hits(filter, first, most))
			return true;
	return remap_window_hits(filter, first, count);
}

#endif
