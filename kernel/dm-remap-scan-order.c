// SPDX-License-Identifier: GPL-2.0
/*
 * What a scan reads next. Its order is staggered: main is seen as stretches of
 * 128 MiB, and of each in turn the first segment is read, then of each the
 * second, and so on. What lies around a new error comes first.
 */
#include <linux/minmax.h>

#include "dm-remap-scan.h"

#define STAGGER_SECTORS	262144u		/* 128 MiB */
#define NEAR_SECTORS	20480u		/* 10 MiB */

/* Blocks of the staggered order's regions, and of what is read of each. */
static u64 segment_blocks(struct remap_c *rc)
{
	return max_t(u64, remap_region_grain(rc),
		     REMAP_SCAN_SEGMENT_SECTORS >> rc->block_shift);
}

static u64 stagger_blocks(struct remap_c *rc)
{
	return max_t(u64, segment_blocks(rc),
		     STAGGER_SECTORS >> rc->block_shift);
}

/*
 * The order begins at a whole segment of main, so that no segment cuts a grain in
 * two. Where the scan begins later, its first segment is shorter.
 */
static u64 order_base(struct remap_c *rc)
{
	return rc->count.scan_first & ~(segment_blocks(rc) - 1);
}

/* Number of blocks from there to the end of the scan. */
static u64 order_count(struct remap_c *rc)
{
	const struct remap_counters *c = &rc->count;

	return c->scan_first + c->scan_count - order_base(rc);
}

/* First block of the scan in the segment that a block of it lies in. */
static u64 segment_begin(struct remap_c *rc, u64 block)
{
	return max(rc->count.scan_first, block & ~(segment_blocks(rc) - 1));
}

/* End of the segment that a block of the scan lies in. */
static u64 segment_end(struct remap_c *rc, u64 block)
{
	u64 segment = segment_blocks(rc);

	return min((block & ~(segment - 1)) + segment,
		   order_base(rc) + order_count(rc));
}

/* Where the scan goes on after a segment; all ones when it is over. */
static u64 next_segment(struct remap_c *rc, u64 block)
{
	u64 segment = segment_blocks(rc), stagger = stagger_blocks(rc);
	u64 base = order_base(rc), count = order_count(rc);
	u64 begin = (block - base) & ~(segment - 1);

	begin += stagger;
	if (begin < count)
		return base + begin;
	begin = (begin & (stagger - 1)) + segment;
	if (begin >= min(stagger, count))
		return REMAP_NO_BLOCK;
	return base + begin;
}

/**
 * remap_scan_pick() - what to read next
 * @rc: target; caller holds the scan's mutex
 * @batch: most blocks
 * @from: first main block
 * @to: the one after the last
 *
 * Return: whether that lies around an error, and not where the pass is.
 */
bool remap_scan_pick(struct remap_c *rc, u64 batch, u64 *from, u64 *to)
{
	struct remap_scan *s = rc->scan;
	unsigned long flags;
	bool near;

	spin_lock_irqsave(&rc->lock, flags);
	if (s->near && s->near_high < s->near_end) {
		*from = s->near_high;
		*to = min(s->near_end, *from + batch);
	} else if (s->near && s->near_low > s->near_first) {
		*to = s->near_low;
		*from = max(s->near_first, *to - min(*to, batch));
	} else {
		s->near = false;
		*from = rc->count.scan_block;
		*to = min(segment_end(rc, *from), *from + batch);
	}
	near = s->near;
	spin_unlock_irqrestore(&rc->lock, flags);
	return near;
}

/**
 * remap_scan_mark() - remember what a scan has dealt with
 * @rc: target; caller holds the scan's mutex
 * @near: what remap_scan_pick() returned
 * @from: first main block that was dealt with
 * @done: number of blocks
 *
 * Only whole grains are remembered, and one may take several reads: of a segment
 * all is dealt with up to where the pass is. What a block that could not be judged
 * stands in is left out.
 */
void remap_scan_mark(struct remap_c *rc, bool near, u64 from, u64 done)
{
	u64 grain = remap_region_grain(rc), end = from + done;

	if (!near)
		from = max(segment_begin(rc, from), from & ~(grain - 1));
	if (rc->scan->unknown >= from && rc->scan->unknown < end)
		from = rc->scan->unknown + 1;
	if (from < end)
		remap_region_scanned(rc, from, end - from);
}

/**
 * remap_scan_advance() - what remap_scan_pick() gave was read, or part of it
 * @rc: target; caller holds the scan's mutex
 * @near: what that returned
 * @from: first main block
 * @to: the one after the last
 * @done: blocks that were dealt with, from @from on
 *
 * Return: whether the scan is over.
 */
bool remap_scan_advance(struct remap_c *rc, bool near, u64 from, u64 to,
			u64 done)
{
	struct remap_scan *s = rc->scan;
	unsigned long flags;
	bool over = false;
	u64 next;

	spin_lock_irqsave(&rc->lock, flags);
	if (near && s->near) {
		if (from == s->near_high)
			s->near_high += done;
		else if (done == to - from)
			s->near_low = from;
	} else if (!near) {
		next = rc->count.scan_block + done;
		if (next == segment_end(rc, rc->count.scan_block))
			next = next_segment(rc, rc->count.scan_block);
		over = next == REMAP_NO_BLOCK;
		if (!over)
			rc->count.scan_block = next;
	}
	rc->dirty = true;
	spin_unlock_irqrestore(&rc->lock, flags);
	return over;
}

/**
 * remap_scan_near() - a block could not be read
 * @rc: target
 * @block: main block
 *
 * While a scan runs it sees to what lies around, within its own range, next. A
 * cluster is followed for 128 MiB to each side.
 *
 * Context: any.
 */
void remap_scan_near(struct remap_c *rc, u64 block)
{
	u64 reach = max(1u, NEAR_SECTORS >> rc->block_shift);
	struct remap_counters *c = &rc->count;
	struct remap_scan *s = rc->scan;
	u64 first, end, limit;
	unsigned long flags;

	spin_lock_irqsave(&rc->lock, flags);
	if (c->scan_state != REMAP_SCAN_RUNNING || block < c->scan_first ||
	    block - c->scan_first >= c->scan_count)
		goto out;
	limit = stagger_blocks(rc);
	first = max(c->scan_first, block - min(block, reach));
	end = min(c->scan_first + c->scan_count, block + reach + 1);
	if (!s->near) {
		s->near = true;
		s->near_error = block;
		s->near_first = first;
		s->near_end = end;
		s->near_low = block;
		s->near_high = block + 1;
	} else if (block >= s->near_first && block < s->near_end) {
		if (s->near_error - first <= limit)
			s->near_first = min(s->near_first, first);
		if (end - s->near_error <= limit)
			s->near_end = max(s->near_end, end);
	}
out:
	spin_unlock_irqrestore(&rc->lock, flags);
}
