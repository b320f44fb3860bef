// SPDX-License-Identifier: GPL-2.0
/*
 * Which spare blocks are free.
 *
 * Blocks that were never used lie above a cursor; those that were given back
 * hang in a list through their slots. Either way taking one costs the same
 * however full the spare is.
 */
#include <linux/slab.h>

#include "dm-remap.h"

static void set_state(struct remap_slot *s, unsigned int state)
{
	WRITE_ONCE(s->key, (u64)state << REMAP_KEY_STATE_SHIFT);
}

/**
 * remap_chunk_get() - have slots in memory for a table unit
 * @rc: target
 * @table_unit: number of the unit
 *
 * Context: process, GFP_NOIO; caller holds spare_mutex or is alone.
 * Return: 0 or -ENOMEM.
 */
int remap_chunk_get(struct remap_c *rc, u32 table_unit)
{
	struct remap_chunk *chunk;
	unsigned int i;

	if (rc->chunks[table_unit])
		return 0;
	chunk = kzalloc(sizeof(*chunk) + (rc->block_sectors > 64 ?
			REMAP_TABLE_ENTRIES * sizeof(u64) : 0), GFP_NOIO);
	if (!chunk)
		return -ENOMEM;
	for (i = 0; i < REMAP_TABLE_ENTRIES; i++)
		chunk->slot[i].next = REMAP_NO_SLOT;
	/* Pairs with remap_slot(). */
	smp_store_release(&rc->chunks[table_unit], chunk);
	return 0;
}

/* Spare blocks that hold data or could. */
u64 remap_spare_total(struct remap_c *rc)
{
	return rc->super.layout.usable - READ_ONCE(rc->super.moved_blocks);
}

/* Spare blocks that can still be taken. Caller holds rc->lock. */
u64 remap_spare_free(struct remap_c *rc)
{
	return remap_spare_total(rc) - rc->used - rc->bad - rc->taken;
}

static bool is_low(struct remap_c *rc)
{
	return remap_spare_free(rc) * 100 <=
	       remap_spare_total(rc) * rc->arg[REMAP_LOW_SPARE];
}

/* Spare blocks became free: the next time they get low or run out is news. */
void remap_spare_rearm(struct remap_c *rc)
{
	unsigned long flags;

	spin_lock_irqsave(&rc->lock, flags);
	if (!is_low(rc))
		rc->low_warned = false;
	if (remap_spare_free(rc))
		rc->spent_told = false;
	spin_unlock_irqrestore(&rc->lock, flags);
}

/* Tell, once each time, that spares are getting low or were used up. */
static void warn_low(struct remap_c *rc)
{
	char detail[REMAP_DETAIL_MAX];
	u64 total = remap_spare_total(rc);
	unsigned long flags;
	bool tell = false, spent = false;
	u64 left;

	spin_lock_irqsave(&rc->lock, flags);
	left = remap_spare_free(rc);
	if (!is_low(rc)) {
		rc->low_warned = false;
	} else if (!rc->low_warned && rc->arg[REMAP_LOW_SPARE]) {
		rc->low_warned = true;
		tell = true;
	}
	if (left) {
		rc->spent_told = false;
	} else if (!rc->spent_told) {
		rc->spent_told = true;
		spent = true;
	}
	spin_unlock_irqrestore(&rc->lock, flags);
	if (spent) {
		DMERR("%s: the last spare block is taken; from now on errors of main pass through",
		      remap_name(rc));
		remap_event(rc, REMAP_EVENT_SPENT, REMAP_NO_BLOCK,
			    REMAP_NO_SLOT, NULL);
	}
	if (!tell)
		return;
	DMWARN("%s: %llu of %llu spare blocks are left", remap_name(rc), left,
	       total);
	snprintf(detail, sizeof(detail), "%llu", left);
	remap_event(rc, REMAP_EVENT_LOW_SPARE, REMAP_NO_BLOCK, REMAP_NO_SLOT,
		    detail);
}

/* First block at or after @slot that may hold data. Caller holds rc->lock. */
static u64 next_free(struct remap_c *rc, u64 slot)
{
	u64 next;

	slot = remap_next_usable(&rc->super, slot);
	if (!rc->leaving)
		return slot;
	/* It may stay in use: nobody knows before another place is found. */
	next = remap_layout_skip(&rc->super.layout, slot, rc->leaving,
				 rc->leaving + 1);
	return next == slot ? slot : remap_next_usable(&rc->super, next);
}

/**
 * remap_spare_unkeep() - blocks that were kept for a table unit may hold data
 * @rc: target; caller holds rc->lock
 * @place: unit number on the spare, where none stands any more
 *
 * Those above the cursor are free without more ado. Those whose slots are not in
 * memory yet wait for the next activation.
 */
void remap_spare_unkeep(struct remap_c *rc, u64 place)
{
	u64 first = place * REMAP_UNIT_SECTORS;
	u64 slot;

	for (slot = first >> rc->block_shift;
	     slot < min(rc->free_cursor, rc->super.layout.spare_blocks) &&
	     remap_slot_sector(rc, slot) < first + REMAP_UNIT_SECTORS; slot++) {
		if (remap_next_usable(&rc->super, slot) != slot ||
		    !READ_ONCE(rc->chunks[slot / REMAP_TABLE_ENTRIES]))
			continue;
		remap_slot(rc, slot)->next = rc->free_head;
		rc->free_head = slot;
	}
}

/**
 * remap_spare_take() - take a free spare block
 * @rc: target
 * @slot: its number
 *
 * The block belongs to the caller until a change of it is committed or it is
 * given back with remap_spare_put().
 *
 * Context: process; may write metadata to make more of the table ready.
 * Return: 0, -ENOSPC when none is left, -ENOMEM, or -EIO when the table could
 * not be made ready.
 */
int remap_spare_take(struct remap_c *rc, u32 *slot)
{
	const struct remap_layout *l = &rc->super.layout;
	unsigned long flags;
	u32 unit;
	u64 n;
	int r = 0;

	mutex_lock(&rc->spare_mutex);
	spin_lock_irqsave(&rc->lock, flags);
	n = rc->free_head;
	if (n != REMAP_NO_SLOT) {
		struct remap_slot *s = remap_slot(rc, n);

		rc->free_head = s->next;
		set_state(s, REMAP_SLOT_TAKEN);
		rc->taken++;
	}
	spin_unlock_irqrestore(&rc->lock, flags);
	if (n != REMAP_NO_SLOT)
		goto out;

	/* The cursor keeps the block from being taken for metadata. */
	spin_lock_irqsave(&rc->lock, flags);
	n = next_free(rc, rc->free_cursor);
	if (n < l->spare_blocks)
		rc->free_cursor = n + 1;
	spin_unlock_irqrestore(&rc->lock, flags);
	if (n >= l->spare_blocks) {
		r = -ENOSPC;
		goto out;
	}
	unit = n / REMAP_TABLE_ENTRIES;
	if (unit >= rc->super.table_ready)
		r = remap_grow_table(rc, unit + 1);
	if (!r)
		r = remap_chunk_get(rc, unit);
	spin_lock_irqsave(&rc->lock, flags);
	if (r) {
		/* What lies before is not usable, or is in the list by now. */
		rc->free_cursor = n;
	} else {
		set_state(remap_slot(rc, n), REMAP_SLOT_TAKEN);
		rc->taken++;
	}
	spin_unlock_irqrestore(&rc->lock, flags);
out:
	mutex_unlock(&rc->spare_mutex);
	if (!r) {
		*slot = n;
		warn_low(rc);
	}
	return r;
}

/**
 * remap_spare_put() - give a taken spare block back
 * @rc: target
 * @slot: its number; nothing on stable storage may speak of it
 */
void remap_spare_put(struct remap_c *rc, u32 slot)
{
	struct remap_slot *s = remap_slot(rc, slot);
	unsigned long flags;

	spin_lock_irqsave(&rc->lock, flags);
	set_state(s, REMAP_SLOT_FREE);
	s->next = rc->free_head;
	rc->free_head = slot;
	rc->taken--;
	spin_unlock_irqrestore(&rc->lock, flags);
}

/* After loading: find the free blocks below the highest one in use. */
int remap_spare_rebuild(struct remap_c *rc)
{
	u64 end = 0, n, stop;
	u32 *link = &rc->free_head;
	u32 unit;

	for (unit = 0; unit < rc->super.table_ready; unit++)
		if (rc->chunks[unit])
			end = (u64)(unit + 1) * REMAP_TABLE_ENTRIES;
	for (unit = 0; unit < div_u64(end, REMAP_TABLE_ENTRIES); unit++)
		if (remap_chunk_get(rc, unit))
			return -ENOMEM;
	rc->free_cursor = end;
	end = min(end, rc->super.layout.spare_blocks);
	for (n = remap_next_usable(&rc->super, 0); n < end;
	     n = remap_next_usable(&rc->super, n)) {
		stop = min(end, remap_usable_end(&rc->super, n));
		for (; n < stop; n++) {
			struct remap_slot *s = remap_slot(rc, n);

			if (s->key >> REMAP_KEY_STATE_SHIFT & 15)
				continue;
			*link = n;
			link = &s->next;
		}
	}
	*link = REMAP_NO_SLOT;
	return 0;
}
