// SPDX-License-Identifier: GPL-2.0
/*
 * From main block to spare block.
 *
 * Spare blocks ("slots") that are in use have a struct remap_slot, allocated
 * for a whole table unit at a time and kept until the target goes away. Slots
 * that are mapped hang, by number, in hash chains. Eight neighbouring main
 * blocks share a bucket, so that a large bio walks few chains.
 *
 * Readers hold rcu_read_lock() and nothing else. Writers hold commit_mutex.
 * A slot that leaves its chain keeps its @next and is not used again before a
 * grace period has passed, so a reader that stands on it still finds its way.
 */
#include <linux/hash.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "dm-remap-filter.h"
#include "dm-remap-show.h"

#define GROUP_SHIFT	3
#define HASH_BITS_MIN	10
#define HASH_BITS_MAX	20
/* Filter bits for each bucket, as a power of two, and the most in all. */
#define FILTER_SHIFT	6u
#define FILTER_BITS_MAX	24u

int remap_hash_init(struct remap_c *rc)
{
	u64 want = rc->super.layout.usable / 4;
	unsigned int i;
	int r;

	rc->hash_bits = HASH_BITS_MIN;
	while (rc->hash_bits < HASH_BITS_MAX && (1ull << rc->hash_bits) < want)
		rc->hash_bits++;

	rc->hash = kvmalloc_array(1u << rc->hash_bits, sizeof(*rc->hash),
				  GFP_KERNEL);
	rc->chunks = kvcalloc(rc->super.layout.table_units,
			      sizeof(*rc->chunks), GFP_KERNEL);
	if (!rc->hash || !rc->chunks)
		return -ENOMEM;
	r = remap_filter_init(rc, min(rc->hash_bits + FILTER_SHIFT,
				      FILTER_BITS_MAX));
	if (r)
		return r;
	for (i = 0; i < 1u << rc->hash_bits; i++)
		rc->hash[i] = REMAP_NO_SLOT;
	return 0;
}

void remap_hash_exit(struct remap_c *rc)
{
	unsigned long index;
	void *lost;
	u64 i;

	xa_for_each(&rc->lost, index, lost)
		kfree(lost);
	xa_destroy(&rc->lost);
	if (rc->chunks)
		for (i = 0; i < rc->super.layout.table_units; i++)
			kfree(rc->chunks[i]);
	kvfree(rc->chunks);
	rc->chunks = NULL;
	remap_filter_reset(rc);
	kvfree(rc->hash);
	rc->hash = NULL;
}

/* The slot must be in a table unit for which remap_chunk_get() succeeded. */
struct remap_slot *remap_slot(struct remap_c *rc, u32 slot)
{
	struct remap_chunk *chunk;

	/* Pairs with remap_chunk_get(): the slots are initialised. */
	chunk = smp_load_acquire(&rc->chunks[slot / REMAP_TABLE_ENTRIES]);
	return &chunk->slot[slot % REMAP_TABLE_ENTRIES];
}

static u64 *mask_high(struct remap_c *rc, u32 slot)
{
	struct remap_chunk *chunk = rc->chunks[slot / REMAP_TABLE_ENTRIES];

	return &chunk->mask_high[slot % REMAP_TABLE_ENTRIES];
}

static u32 *bucket(struct remap_c *rc, u64 group)
{
	return &rc->hash[hash_64(group, rc->hash_bits)];
}

static unsigned int key_state(u64 key)
{
	return key >> REMAP_KEY_STATE_SHIFT & 15;
}

/* Caller holds rcu_read_lock() or commit_mutex. */
static void fill_view(struct remap_c *rc, u32 slot, struct remap_view *view)
{
	struct remap_slot *s = remap_slot(rc, slot);
	u64 key = READ_ONCE(s->key);
	u64 *lost;

	view->mapped = true;
	view->suspect = key & REMAP_KEY_SUSPECT;
	view->slot = slot;
	view->cause = key >> REMAP_KEY_CAUSE_SHIFT & 15;
	view->seconds = s->seconds;
	/*
	 * Bits of a mapping are only ever added, each after its sector was
	 * written, so the two words need not be read at one instant. Both
	 * loads pair with the stores in remap_apply().
	 */
	view->mask[0] = smp_load_acquire(&s->mask);
	view->mask[1] = 0;
	if (rc->block_sectors > 64)
		/* Pairs with remap_apply(). */
		view->mask[1] = smp_load_acquire(mask_high(rc, slot));
	view->lost[0] = 0;
	view->lost[1] = 0;
	if (unlikely(key & REMAP_KEY_LOST)) {
		lost = xa_load(&rc->lost, slot);
		if (lost) {
			view->lost[0] = READ_ONCE(lost[0]);
			view->lost[1] = READ_ONCE(lost[1]);
		}
	}
}

/**
 * remap_find() - lowest mapped block of a range
 * @rc: target
 * @first: first main block
 * @last: last main block
 * @view: what is known of it
 * @block: its number
 *
 * Context: any, under rcu_read_lock().
 * Return: whether there is one.
 */
bool remap_find(struct remap_c *rc, u64 first, u64 last,
		struct remap_view *view, u64 *block)
{
	u64 group = first >> GROUP_SHIFT;
	u32 best = REMAP_NO_SLOT;
	u64 best_block = last;

	for (; group <= last >> GROUP_SHIFT; group++) {
		/* Pairs with remap_apply(): the slot is filled in. */
		u32 n = smp_load_acquire(bucket(rc, group));

		while (n != REMAP_NO_SLOT) {
			struct remap_slot *s = remap_slot(rc, n);
			u64 key = READ_ONCE(s->key);
			u64 b = key & REMAP_KEY_BLOCK;

			/*
			 * A bucket holds blocks of other groups too. The newest
			 * slot of a block is found first; an older one on its
			 * way out is passed over.
			 */
			if (b >> GROUP_SHIFT == group &&
			    b >= first && b <= best_block &&
			    (best == REMAP_NO_SLOT || b < best_block) &&
			    key_state(key) == REMAP_SLOT_MAPPED) {
				best = n;
				best_block = b;
			}
			n = READ_ONCE(s->next);
		}
		if (best != REMAP_NO_SLOT) {
			fill_view(rc, best, view);
			*block = best_block;
			return true;
		}
	}
	return false;
}

void remap_view(struct remap_c *rc, u64 block, struct remap_view *view)
{
	u64 found;

	rcu_read_lock();
	if (!remap_find(rc, block, block, view, &found))
		memset(view, 0, sizeof(*view));
	rcu_read_unlock();
}

/**
 * remap_next_mapped() - go through the mapped blocks in no order of theirs
 * @rc: target, loaded; changes under way are seen if caller holds commit_mutex
 * @slot: first spare block to look at; becomes that of the block found
 * @block: main block
 *
 * Return: false when there is none from *@slot on.
 */
bool remap_next_mapped(struct remap_c *rc, u64 *slot, u64 *block)
{
	u64 end = rc->super.layout.spare_blocks;

	while (*slot < end) {
		u64 key;

		if (!READ_ONCE(rc->chunks[div_u64(*slot,
						  REMAP_TABLE_ENTRIES)])) {
			*slot += REMAP_TABLE_ENTRIES -
				 *slot % REMAP_TABLE_ENTRIES;
			continue;
		}
		key = READ_ONCE(remap_slot(rc, *slot)->key);
		if (key_state(key) == REMAP_SLOT_MAPPED) {
			*block = key & REMAP_KEY_BLOCK;
			return true;
		}
		++*slot;
	}
	return false;
}

/* Is any sector of a mapped block still served from main? */
bool remap_is_partial(struct remap_c *rc, u64 block, const u64 *mask)
{
	u64 all[REMAP_MASK_WORDS];

	remap_mask_range(all, 0, remap_sectors_of(rc, block));
	/* A mapping may be from when the target was longer. */
	return (all[0] & ~mask[0]) || (all[1] & ~mask[1]);
}

/* What the table says of a slot. Caller holds commit_mutex. */
void remap_slot_entry(struct remap_c *rc, u32 slot, struct remap_entry *entry)
{
	struct remap_view view;
	struct remap_slot *s;

	memset(entry, 0, sizeof(*entry));
	if (!rc->chunks[slot / REMAP_TABLE_ENTRIES])
		return;
	s = remap_slot(rc, slot);
	entry->state = key_state(s->key);
	if (entry->state == REMAP_SLOT_TAKEN)
		entry->state = REMAP_SLOT_FREE;
	if (entry->state != REMAP_SLOT_MAPPED)
		return;
	fill_view(rc, slot, &view);
	entry->block = s->key & REMAP_KEY_BLOCK;
	memcpy(entry->mask, view.mask, sizeof(entry->mask));
	memcpy(entry->lost, view.lost, sizeof(entry->lost));
	entry->seconds = view.seconds;
	entry->cause = view.cause;
}

static void unlink_slot(struct remap_c *rc, u32 slot, u64 block)
{
	u32 *link = bucket(rc, block >> GROUP_SHIFT);

	while (*link != slot) {
		if (WARN_ON_ONCE(*link == REMAP_NO_SLOT))
			return;
		link = &remap_slot(rc, *link)->next;
	}
	WRITE_ONCE(*link, remap_slot(rc, slot)->next);
}

/*
 * The array was put there by whoever asked for the change (remap_commit()),
 * since here nothing may fail any more.
 */
static void set_lost(struct remap_c *rc, u32 slot, const u64 *mask)
{
	u64 *lost;

	if (xa_empty(&rc->lost))
		return;
	lost = xa_load(&rc->lost, slot);
	if (!lost)
		return;
	WRITE_ONCE(lost[0], mask[0]);
	WRITE_ONCE(lost[1], mask[1]);
}

/**
 * remap_apply() - make a change that is on stable storage visible
 * @rc: target
 * @change: the change; a slot that becomes free belongs to the caller until
 *	remap_spare_put(), as reads from it may be under way
 *
 * Context: process; caller holds commit_mutex, or nobody else can see @rc.
 */
void remap_apply(struct remap_c *rc, const struct remap_change *change)
{
	const struct remap_entry *e = &change->entry;
	struct remap_slot *s = remap_slot(rc, change->slot);
	unsigned int old_state = key_state(s->key);
	u64 old_block = s->key & REMAP_KEY_BLOCK;
	struct remap_view old = {};
	u64 key = (u64)e->state << REMAP_KEY_STATE_SHIFT;
	unsigned long flags;

	if (old_state == REMAP_SLOT_MAPPED)
		fill_view(rc, change->slot, &old);
	if (e->state == REMAP_SLOT_MAPPED) {
		key |= e->block | (u64)e->cause << REMAP_KEY_CAUSE_SHIFT;
		if (e->lost[0] | e->lost[1])
			key |= REMAP_KEY_LOST;
		if (change->suspect)
			key |= REMAP_KEY_SUSPECT;
		s->seconds = e->seconds;
		/* Before the mask, so that a lost sector is never served. */
		set_lost(rc, change->slot, e->lost);
		if (rc->block_sectors > 64)
			/* Pairs with fill_view(). */
			smp_store_release(mask_high(rc, change->slot),
					  e->mask[1]);
		/* Pairs with fill_view(). */
		smp_store_release(&s->mask, e->mask[0]);
	}

	spin_lock_irqsave(&rc->lock, flags);
	if (old_state == REMAP_SLOT_MAPPED) {
		rc->used--;
		rc->partial -= remap_is_partial(rc, old_block, old.mask);
	} else if (old_state == REMAP_SLOT_BAD) {
		rc->bad--;
	} else if (old_state == REMAP_SLOT_TAKEN) {
		rc->taken--;
	}
	if (e->state == REMAP_SLOT_MAPPED) {
		rc->used++;
		rc->partial += remap_is_partial(rc, e->block, e->mask);
	} else if (e->state == REMAP_SLOT_BAD) {
		rc->bad++;
	} else {
		rc->taken++;
	}
	rc->dirty = true;
	spin_unlock_irqrestore(&rc->lock, flags);

	if (old_state == REMAP_SLOT_MAPPED && e->state == REMAP_SLOT_MAPPED) {
		WRITE_ONCE(s->key, key);
		return;
	}
	if (old_state == REMAP_SLOT_MAPPED) {
		/* The key stays as it was for readers who stand here. */
		unlink_slot(rc, change->slot, old_block);
		synchronize_rcu();
		if (e->state == REMAP_SLOT_FREE)
			key = (u64)REMAP_SLOT_TAKEN << REMAP_KEY_STATE_SHIFT;
		WRITE_ONCE(s->key, key);
		remap_index_note(rc, change->slot);
		kfree(xa_erase(&rc->lost, change->slot));
		return;
	}
	WRITE_ONCE(s->key, key);
	if (e->state == REMAP_SLOT_MAPPED) {
		u32 *head = bucket(rc, e->block >> GROUP_SHIFT);

		s->next = *head;
		/* Pairs with remap_find(). */
		smp_store_release(head, change->slot);
		remap_index_note(rc, change->slot);
		/* Before the bio that caused the mapping completes. */
		remap_filter_add(rc, e->block);
	}
}

/* Remember that a resident sector of this spare block could not be read. */
void remap_set_suspect(struct remap_c *rc, u32 slot)
{
	struct remap_slot *s;

	mutex_lock(&rc->commit_mutex);
	s = remap_slot(rc, slot);
	if (key_state(s->key) == REMAP_SLOT_MAPPED)
		WRITE_ONCE(s->key, s->key | REMAP_KEY_SUSPECT);
	mutex_unlock(&rc->commit_mutex);
}
