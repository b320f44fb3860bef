// SPDX-License-Identifier: GPL-2.0
/*
 * From a unit of the table on the spare into memory.
 */
#include <linux/bits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "dm-remap-table.h"

/* May a spare block hold data? Cheap for one after the other. */
static bool may_hold_data(const struct remap_super *s, struct remap_table_pass *p,
			  u64 slot)
{
	if (slot < p->seen || slot >= p->end) {
		p->seen = slot;
		p->usable = remap_next_usable(s, slot);
		p->end = s->layout.spare_blocks;
		if (p->usable < p->end)
			p->end = min(p->end, remap_usable_end(s, p->usable));
	}
	return slot >= p->usable && slot < p->end;
}

/*
 * Sectors are moved by logical blocks. A bridge that shows larger ones than the
 * one before would have them read and written beyond what was moved.
 */
static bool is_whole(unsigned int step, const u64 *mask)
{
	u64 group, firsts;
	unsigned int i;

	if (step == 1)
		return true;
	if (step > 64)
		return mask[0] == mask[1] && (!mask[0] || !~mask[0]);
	group = GENMASK_ULL(step - 1, 0);
	/* The first bit of each group; as often as it is set, so are all. */
	firsts = div64_u64(~0ull, group);
	for (i = 0; i < REMAP_MASK_WORDS; i++)
		if ((mask[i] & firsts) * group != mask[i])
			return false;
	return true;
}

static int check_steps(struct remap_c *rc, const struct remap_table_pass *p,
		       const struct remap_entry *e)
{
	if (is_whole(p->step, e->mask) && is_whole(p->step, e->lost))
		return 0;
	DMERR("%s: block %llu was moved by smaller logical blocks; attach the disks as before",
	      remap_name(rc), e->block);
	return -EINVAL;
}

/**
 * remap_load_unit() - enter a valid unit of the table into memory
 * @rc: target; caller holds commit_mutex
 * @p: the pass
 * @unit: number of the unit
 * @t: the unit
 *
 * Context: process, before any I/O is mapped.
 * Return: 0; -EUCLEAN when it contradicts itself or another unit, -EINVAL when a
 * block was moved by smaller logical blocks than the devices now have, -ENOMEM.
 */
int remap_load_unit(struct remap_c *rc, struct remap_table_pass *p, u64 unit,
		    const struct remap_disk_table *t)
{
	u64 base = unit * REMAP_TABLE_ENTRIES;
	struct remap_change change = {};
	struct remap_entry *e = &change.entry;
	u64 *sequence = p->sequence;
	unsigned int i;

	sequence[unit] = le64_to_cpu(t->unit.sequence);
	rc->sequence = max(rc->sequence, sequence[unit]);
	for (i = 0; i < REMAP_TABLE_ENTRIES; i++) {
		struct remap_view view;
		u64 *lost;

		change.slot = base + i;
		if (remap_entry_decode(&t->entry[i], rc->main_blocks,
				       rc->block_sectors, e))
			return -EUCLEAN;
		if (e->state == REMAP_SLOT_FREE)
			continue;
		if (!may_hold_data(&rc->super, p, base + i))
			return -EUCLEAN;
		if (remap_chunk_get(rc, unit))
			return -ENOMEM;
		if (e->state == REMAP_SLOT_MAPPED) {
			if (check_steps(rc, p, e))
				return -EINVAL;
			remap_view(rc, e->block, &view);
			if (view.mapped) {
				/*
				 * A move from one spare block to another was
				 * cut short. The newer unit holds; the other
				 * block was on its way to being bad.
				 */
				struct remap_change older = {
					.slot = view.slot,
					.entry.state = REMAP_SLOT_BAD,
				};
				u64 other = sequence[view.slot /
						     REMAP_TABLE_ENTRIES];

				if (other == sequence[unit])
					return -EUCLEAN;
				if (other < sequence[unit]) {
					remap_apply(rc, &older);
					p->outdone[view.slot /
						   REMAP_TABLE_ENTRIES] =
						view.slot;
				} else {
					*e = older.entry;
					p->outdone[unit] = base + i;
				}
			}
		}
		if (e->lost[0] | e->lost[1]) {
			lost = kcalloc(REMAP_MASK_WORDS, sizeof(*lost),
				       GFP_KERNEL);
			if (!lost || xa_err(xa_store(&rc->lost, base + i, lost,
						     GFP_KERNEL))) {
				kfree(lost);
				return -ENOMEM;
			}
		}
		remap_apply(rc, &change);
	}
	return 0;
}
