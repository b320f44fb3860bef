// SPDX-License-Identifier: GPL-2.0
/*
 * Which parts of main map() has to look closer at.
 *
 * A bitmap with a bit for each group of 8 sectors, group n at bit n modulo the
 * bitmap's size. Set are the groups of blocks that are mapped or pending or
 * that a move has closed. Bits are never cleared: one that outlives its reason,
 * or stands for another group, costs a look into the hash. So most bios need no
 * RCU and few instructions to learn that nothing is known of their blocks.
 *
 * map() looks at a window of 64 bits at once, from the byte in which the bio
 * begins. Bad blocks come in clusters: it is clear for most bios. The first
 * bytes stand once more behind the last ones, for windows that begin there.
 */
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "dm-remap-filter.h"

/* While more than a block's own state matters, map() asks this one. */
static const struct remap_filter every_group = {
	.byte = { [0 ... REMAP_WINDOW_BYTES - 1] = 0xff },
};

/**
 * remap_filter_reset() - have map() look closer at every bio
 * @rc: target; no I/O is being mapped
 */
void remap_filter_reset(struct remap_c *rc)
{
	WRITE_ONCE(rc->filter, &every_group);
	kvfree(rc->groups);
	rc->groups = NULL;
}

/**
 * remap_filter_init() - make a filter that knows of no block
 * @rc: target; no I/O is being mapped
 * @bits: number of bits as a power of two, at least 6
 *
 * Return: 0 or -ENOMEM.
 */
int remap_filter_init(struct remap_c *rc, unsigned int bits)
{
	size_t bytes = BIT(bits) / BITS_PER_BYTE;

	rc->groups = kvzalloc(sizeof(*rc->groups) + bytes + REMAP_WINDOW_BYTES,
			      GFP_KERNEL);
	if (!rc->groups)
		return -ENOMEM;
	rc->groups->mask = bytes - 1;
	remap_filter_choose(rc);
	return 0;
}

/**
 * remap_filter_choose() - whom map() asks from now on
 * @rc: target; caller holds lock, or no I/O is being mapped
 *
 * Every bio is looked at closer before there is a filter, while all of them are
 * to fail, and while it matters whether any write to main succeeds.
 */
void remap_filter_choose(struct remap_c *rc)
{
	const struct remap_filter *filter = rc->groups;

	if (!filter || rc->failed || rc->refused)
		filter = &every_group;
	/* Pairs with the address dependency in map(). */
	smp_store_release(&rc->filter, filter);
}

/**
 * remap_filter_add() - have map() look closer at a block from now on
 * @rc: target, with a filter of its own
 * @block: main block
 *
 * A full memory barrier: whoever sees what the caller does next sees the bits.
 *
 * Context: any.
 */
void remap_filter_add(struct remap_c *rc, u64 block)
{
	sector_t first = block << rc->block_shift;
	u64 group = first >> REMAP_GROUP_SHIFT;
	u64 last = (first + rc->block_sectors - 1) >> REMAP_GROUP_SHIFT;
	unsigned int bits = (rc->groups->mask + 1) * BITS_PER_BYTE;

	for (; group <= last; group++) {
		unsigned int bit = group & (bits - 1);

		set_bit_le(bit, rc->groups->byte);
		if (bit < REMAP_WINDOW_BYTES * BITS_PER_BYTE)
			set_bit_le(bits + bit, rc->groups->byte);
	}
	/* Before what the caller does next: see above. */
	smp_mb__after_atomic();
}
