// SPDX-License-Identifier: GPL-2.0
/*
 * The staggered order of a scan: main is seen as stretches of 128 MiB, and of
 * each in turn the first segment is read, then of each the second, and so on.
 */
#include <linux/minmax.h>

#include "dm-remap-scan.h"

#define STAGGER_SECTORS	262144u		/* 128 MiB */

/* Blocks of the staggered order's regions, and of what is read of each. */
static u64 segment_blocks(struct remap_c *rc)
{
	return max_t(u64, remap_region_grain(rc),
		     REMAP_SCAN_SEGMENT_SECTORS >> rc->block_shift);
}

u64 remap_scan_stagger_blocks(struct remap_c *rc)
{
	return max_t(u64, segment_blocks(rc),
		     STAGGER_SECTORS >> rc->block_shift);
}

/* End of the segment that a block of the scan lies in. */
u64 remap_scan_segment_end(struct remap_c *rc, u64 block)
{
	const struct remap_counters *c = &rc->count;
	u64 segment = segment_blocks(rc);
	u64 begin = (block - c->scan_first) & ~(segment - 1);

	return c->scan_first + min(begin + segment, c->scan_count);
}

/* Where the scan goes on after a segment; all ones when it is over. */
u64 remap_scan_next_segment(struct remap_c *rc, u64 block)
{
	const struct remap_counters *c = &rc->count;
	u64 segment = segment_blocks(rc), stagger = remap_scan_stagger_blocks(rc);
	u64 begin = (block - c->scan_first) & ~(segment - 1);

	begin += stagger;
	if (begin >= c->scan_count)
		begin = (begin & (stagger - 1)) + segment;
	else
		return c->scan_first + begin;
	if (begin >= min(stagger, c->scan_count))
		return REMAP_NO_BLOCK;
	return c->scan_first + begin;
}
