// SPDX-License-Identifier: GPL-2.0
/*
 * Regions of main: what is remembered of where errors were, how long reads took
 * and what was scanned. There is memory only for those of which something is
 * known. A region that was made stays until the target goes away.
 */
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "dm-remap-scan.h"

/* Parts of an error's weight; a read that was only slow says little. */
static const u32 weights[] = {
	[REMAP_ERROR_READ] = REMAP_WEIGHT_ONE,
	[REMAP_ERROR_WRITE] = REMAP_WEIGHT_ONE,
	[REMAP_ERROR_SOFT] = REMAP_WEIGHT_ONE / 4,
	[REMAP_ERROR_SLOW] = REMAP_WEIGHT_ONE / 16,
};

/* Once the size of main is known. */
void remap_regions_init(struct remap_c *rc)
{
	rc->region_shift = ilog2(REMAP_REGION_GRAINS);
	while ((rc->main_blocks - 1) >> rc->region_shift >= REMAP_REGIONS_MAX)
		rc->region_shift++;
}

void remap_regions_exit(struct remap_c *rc)
{
	struct remap_region *region;
	unsigned long index;

	xa_for_each(&rc->regions, index, region)
		kfree(region);
	xa_destroy(&rc->regions);
	INIT_LIST_HEAD(&rc->error_regions);
	rc->loaded_at = 0;
}

/**
 * remap_region_now() - the time that what happens in regions is given
 * @rc: target
 *
 * A machine may start with a clock that is years behind, before the pair was
 * made even: then it is the moment at which what was loaded was saved. A clock
 * that was ahead when that was saved is not followed.
 *
 * Return: Unix time.
 */
u32 remap_region_now(struct remap_c *rc)
{
	u64 now = max_t(s64, ktime_get_real_seconds(), 0);

	if (now < rc->super.created)
		now = max(rc->super.created, rc->loaded_at);
	return min_t(u64, now, U32_MAX);
}

/* Blocks of the part of a region that one bit tells of. */
u64 remap_region_grain(struct remap_c *rc)
{
	return 1ull << rc->region_shift >> ilog2(REMAP_REGION_GRAINS);
}

unsigned int remap_region_bits(const struct remap_region *region)
{
	return hweight64(region->scanned[0]) + hweight64(region->scanned[1]);
}

/**
 * remap_region_get() - find a region or begin to remember it
 * @rc: target
 * @index: number of the region
 *
 * Context: process, may be on the I/O path; caller holds region_mutex.
 * Return: NULL without memory: what is not remembered is found again.
 */
struct remap_region *remap_region_get(struct remap_c *rc, u32 index)
{
	struct remap_region *region = xa_load(&rc->regions, index);

	if (region)
		return region;
	region = kzalloc(sizeof(*region), GFP_NOIO | __GFP_NOWARN);
	if (!region)
		return NULL;
	region->index = index;
	INIT_LIST_HEAD(&region->list);
	if (xa_err(xa_store(&rc->regions, index, region,
			    GFP_NOIO | __GFP_NOWARN))) {
		kfree(region);
		return NULL;
	}
	return region;
}

/**
 * remap_region_error() - something went wrong in a block
 * @rc: target
 * @block: main block
 * @what: what
 *
 * Context: process.
 */
void remap_region_error(struct remap_c *rc, u64 block,
			enum remap_region_error what)
{
	struct remap_region *region;

	mutex_lock(&rc->region_mutex);
	region = remap_region_get(rc, block >> rc->region_shift);
	if (region) {
		if (region->errors[what] < U32_MAX)
			region->errors[what]++;
		remap_region_weigh(region, remap_region_now(rc),
				   weights[what]);
		if (list_empty(&region->list))
			list_add_tail(&region->list, &rc->error_regions);
		WRITE_ONCE(rc->dirty, true);
	}
	mutex_unlock(&rc->region_mutex);
}

/* Mark the grains of one region that lie wholly in blocks @first to @end - 1. */
static void mark(struct remap_c *rc, struct remap_region *region, u64 first,
		 u64 end)
{
	u64 base = (u64)region->index << rc->region_shift;
	u64 grain = remap_region_grain(rc);
	unsigned int n, last;
	/* The end of main cuts the last grain short. */
	u64 whole = end == rc->main_blocks ? end + grain - 1 : end;

	n = (max(first, base) - base + grain - 1) >> ilog2(grain);
	last = min_t(u64, (whole - base) >> ilog2(grain), REMAP_REGION_GRAINS);
	for (; n < last; n++)
		region->scanned[n / 64] |= BIT_ULL(n % 64);
}

/**
 * remap_region_scanned() - a scan has dealt with a range
 * @rc: target
 * @first: first main block
 * @count: number of blocks
 */
void remap_region_scanned(struct remap_c *rc, u64 first, u64 count)
{
	u64 end = first + count;
	u32 i;

	mutex_lock(&rc->region_mutex);
	for (i = first >> rc->region_shift;
	     (u64)i << rc->region_shift < end; i++) {
		struct remap_region *region = remap_region_get(rc, i);

		if (!region)
			continue;
		mark(rc, region, first, end);
		region->scanned_at = remap_region_now(rc);
	}
	WRITE_ONCE(rc->dirty, true);
	mutex_unlock(&rc->region_mutex);
}

/**
 * remap_region_latency() - the scanner has timed a read
 * @rc: target
 * @block: its first main block
 * @us: microseconds
 */
void remap_region_latency(struct remap_c *rc, u64 block, u64 us)
{
	u32 pass = READ_ONCE(rc->count.scan_passes);
	struct remap_region *region;
	u32 n = min_t(u64, us, U32_MAX);

	mutex_lock(&rc->region_mutex);
	region = remap_region_get(rc, block >> rc->region_shift);
	if (region) {
		if (region->pass != pass)
			region->latency_max = 0;
		region->pass = pass;
		region->latency_max = max(region->latency_max, n);
		if (region->latency_avg)
			n = region->latency_avg - region->latency_avg / 8 + n / 8;
		/* 0 says that nothing was timed. */
		region->latency_avg = max(n, 1u);
	}
	mutex_unlock(&rc->region_mutex);
}
