// SPDX-License-Identifier: GPL-2.0
/*
 * Marginal blocks on the spare: those that could be read, but only after retries
 * or slowly, and how often that was so. What does not fit is not saved; those
 * with soft errors, which may have to be moved, come first.
 */
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>

#include "dm-remap-scan.h"

static u32 times(struct xarray *xa, u64 block)
{
	void *entry = xa_load(xa, block);

	return entry ? min_t(unsigned long, xa_to_value(entry), U32_MAX) : 0;
}

static int add(struct remap_c *rc, struct remap_state_writer *w, u64 block)
{
	struct remap_disk_marginals *u = w->unit;
	struct remap_disk_marginal *d = &u->marginal[w->count];
	struct remap_view view;

	remap_view(rc, block, &view);
	if (view.mapped)
		return 0;
	d->block = cpu_to_le64(block);
	d->soft = cpu_to_le32(times(&rc->soft, block));
	d->slow = cpu_to_le32(times(&rc->slow, block));
	if (++w->count < REMAP_STATE_MARGINAL_MAX)
		return 0;
	return remap_state_flush(rc, w);
}

/**
 * remap_marginal_units() - units that remap_marginal_save() may need
 * @rc: target
 * @room: units that are left in the slot for this and for regions
 *
 * Context: process.
 * Return: number of units, at most a quarter of @room.
 */
u32 remap_marginal_units(struct remap_c *rc, u32 room)
{
	u64 blocks = 0, most = (u64)room / 4 * REMAP_STATE_MARGINAL_MAX;
	unsigned long index;
	void *entry;

	xa_for_each(&rc->soft, index, entry)
		if (++blocks >= most)
			return room / 4;
	xa_for_each(&rc->slow, index, entry)
		if (++blocks >= most)
			return room / 4;
	return DIV_ROUND_UP((u32)blocks, REMAP_STATE_MARGINAL_MAX);
}

/**
 * remap_marginal_save() - write which blocks are marginal
 * @rc: target; caller holds state_mutex
 * @w: with state_buf and the units that may be written
 *
 * Mapped blocks are left out: main's is no longer read.
 *
 * Context: process.
 * Return: 0 or what writing said.
 */
int remap_marginal_save(struct remap_c *rc, struct remap_state_writer *w)
{
	unsigned long index;
	void *entry;
	int r = 0;

	xa_for_each(&rc->soft, index, entry) {
		if (r || !w->room)
			break;
		r = add(rc, w, index);
	}
	xa_for_each(&rc->slow, index, entry) {
		if (r || !w->room)
			break;
		if (!xa_load(&rc->soft, index))
			r = add(rc, w, index);
	}
	return r ? r : remap_state_flush(rc, w);
}

static void load_times(struct xarray *xa, atomic_t *known, u64 block, u32 n)
{
	if (!n)
		return;
	/* What cannot be remembered is counted from the start again. */
	xa_store(xa, block, xa_mk_value(min_t(u32, n, INT_MAX / 2)),
		 GFP_NOIO | __GFP_NOWARN);
	atomic_inc(known);
}

/**
 * remap_marginal_load() - take over saved marginal blocks
 * @rc: target, nobody else can see it; the table is loaded
 * @u: a valid unit
 *
 * A block that has reached soft_threshold is not moved for that: the next soft
 * error asks for it.
 *
 * Context: process.
 */
void remap_marginal_load(struct remap_c *rc,
			 const struct remap_disk_marginals *u)
{
	u32 i, n = min(le32_to_cpu(u->unit.count), REMAP_STATE_MARGINAL_MAX);

	for (i = 0; i < n; i++) {
		u64 block = le64_to_cpu(u->marginal[i].block);
		struct remap_view view;

		if (block >= rc->main_blocks)
			continue;
		remap_view(rc, block, &view);
		if (view.mapped)
			continue;
		load_times(&rc->soft, &rc->soft_known, block,
			   le32_to_cpu(u->marginal[i].soft));
		load_times(&rc->slow, &rc->slow_known, block,
			   le32_to_cpu(u->marginal[i].slow));
	}
}
