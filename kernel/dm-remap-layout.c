// SPDX-License-Identifier: GPL-2.0
/*
 * Where things stand on a spare. Pure functions, as in dm-remap-codec.c.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/string.h>

#include "dm-remap-codec.h"

/**
 * remap_place() - unit number of the n-th place a superblock may stand at
 * @units: whole units on the spare
 * @n: 0 to REMAP_PLACES - 1
 */
__u64 remap_place(__u64 units, unsigned int n)
{
	return div_u64(units, REMAP_PLACES) * n;
}

/**
 * remap_layout_skip() - pass over what is not for data
 * @l: layout
 * @slot: spare block
 * @from: first unit that is not for data
 * @to: the one after the last
 *
 * Return: @slot, or the first block after those units when it touches them.
 */
__u64 remap_layout_skip(const struct remap_layout *l, __u64 slot, __u64 from,
			__u64 to)
{
	__u64 first = slot * l->block_sectors;
	__u64 last = first + l->block_sectors;

	if (last <= from * REMAP_UNIT_SECTORS || first >= to * REMAP_UNIT_SECTORS)
		return slot;
	return div_u64(to * REMAP_UNIT_SECTORS + l->block_sectors - 1,
		       l->block_sectors);
}

/**
 * remap_layout_next_usable() - first spare block that may hold data
 * @l: layout
 * @slot: where to start looking
 *
 * Return: the block number, @l->spare_blocks or more when there is none.
 */
__u64 remap_layout_next_usable(const struct remap_layout *l, __u64 slot)
{
	__u64 before;
	unsigned int i;

	do {
		before = slot;
		for (i = 0; i < REMAP_COPIES; i++)
			slot = remap_layout_skip(l, slot, l->place[i],
						 l->place[i] + l->area_units);
		for (i = 0; i < REMAP_PLACES; i++) {
			__u64 p = remap_place(l->units, i);

			slot = remap_layout_skip(l, slot, p, p + 1);
		}
	} while (slot != before);
	return slot;
}

/**
 * remap_layout_usable_end() - where a run of blocks that may hold data ends
 * @l: layout
 * @slot: a block that may hold data
 *
 * Return: the first block after it that may not.
 */
__u64 remap_layout_usable_end(const struct remap_layout *l, __u64 slot)
{
	__u64 first = slot * l->block_sectors;
	__u64 end = l->spare_blocks;
	unsigned int i;

	/* Both areas begin at one of the places. */
	for (i = 0; i < REMAP_PLACES; i++) {
		__u64 p = remap_place(l->units, i) * REMAP_UNIT_SECTORS;

		if (p > first)
			end = min(end, div_u64(p, l->block_sectors));
	}
	return end;
}

/**
 * remap_layout_init() - lay out a spare
 * @l: result
 * @spare_sectors: size of the spare in sectors
 * @block_sectors: block size in sectors, a power of two up to 128
 *
 * Return: 0, or -ENOSPC when the spare is too small to hold the metadata and
 * REMAP_MIN_FREE blocks.
 */
int remap_layout_init(struct remap_layout *l, __u64 spare_sectors,
		      __u32 block_sectors)
{
	__u64 slot, end;

	memset(l, 0, sizeof(*l));
	l->spare_sectors = spare_sectors;
	l->block_sectors = block_sectors;
	/* A spare block is a 32-bit number with one value to mean none. */
	l->spare_blocks = min_t(__u64, div_u64(spare_sectors, block_sectors),
				REMAP_NO_SLOT - 1);
	l->units = div_u64(spare_sectors, REMAP_UNIT_SECTORS);
	l->state_units = clamp_t(__u64, div_u64(l->units, 64), REMAP_STATE_MIN,
				 REMAP_STATE_MAX);
	l->table_units = div_u64(l->spare_blocks + REMAP_TABLE_ENTRIES - 1,
				 REMAP_TABLE_ENTRIES);
	l->area_units = 1 + l->state_units + l->table_units;
	l->place[0] = remap_place(l->units, 0);
	l->place[1] = remap_place(l->units, REMAP_PLACES / 2);
	if (l->place[0] + l->area_units > l->place[1] ||
	    l->place[1] + l->area_units > l->units)
		return -ENOSPC;

	for (slot = remap_layout_next_usable(l, 0); slot < l->spare_blocks;
	     slot = remap_layout_next_usable(l, end)) {
		end = remap_layout_usable_end(l, slot);
		l->usable += end - slot;
	}
	return l->usable < REMAP_MIN_FREE ? -ENOSPC : 0;
}

/**
 * remap_layout_smallest() - smallest spare for a block size
 * @block_sectors: block size in sectors
 *
 * Return: size in sectors.
 */
__u64 remap_layout_smallest(__u32 block_sectors)
{
	struct remap_layout l;
	__u64 sectors = 2 * REMAP_STATE_MIN * REMAP_UNIT_SECTORS;

	while (remap_layout_init(&l, sectors, block_sectors))
		sectors += REMAP_UNIT_SECTORS;
	return sectors;
}

/* Does a unit belong to the area of a copy? */
int remap_layout_in_area(const struct remap_layout *l, __u64 unit)
{
	unsigned int i;

	for (i = 0; i < REMAP_COPIES; i++)
		if (unit >= l->place[i] && unit - l->place[i] < l->area_units)
			return 1;
	return 0;
}
