// SPDX-License-Identifier: GPL-2.0
/*
 * Commits: making changes of the table durable on both copies.
 *
 * Concurrent callers share commits: whoever gets commit_mutex deals with all
 * that is queued, one table unit after the other, and makes it visible in
 * memory before it lets go. So the sequence numbers, the order on the spare
 * and the order in memory are one and the same.
 */
#include <linux/slab.h>

#include "dm-remap.h"

/* Places that are tried before a copy is given up. */
#define MOVE_TRIES	3

/* First sector of a unit of the table of a copy. Caller holds commit_mutex. */
sector_t remap_table_sector(struct remap_c *rc, unsigned int copy, u64 unit)
{
	const struct remap_layout *l = &rc->super.layout;
	u64 place = remap_moved_find(&rc->super, copy, unit);

	if (!place)
		place = l->place[copy] + 1 + l->state_units + unit;
	return place * REMAP_UNIT_SECTORS;
}

/* First sector of a state slot. */
sector_t remap_state_sector(struct remap_c *rc, unsigned int slot)
{
	return (rc->super.layout.place[slot] + 1) * REMAP_UNIT_SECTORS;
}

unsigned int remap_copies_good(struct remap_c *rc)
{
	unsigned int i, good = 0;

	for (i = 0; i < REMAP_COPIES; i++)
		good += !READ_ONCE(rc->copy_failed[i]);
	return good;
}

/* A metadata copy could not be written. */
void remap_copy_failed(struct remap_c *rc, unsigned int copy)
{
	unsigned long flags;
	char detail[16];
	bool tell;

	spin_lock_irqsave(&rc->lock, flags);
	tell = !rc->copy_failed[copy];
	WRITE_ONCE(rc->copy_failed[copy], true);
	spin_unlock_irqrestore(&rc->lock, flags);
	if (!tell)
		return;
	DMERR("%s: metadata copy %u cannot be written; replace the spare soon",
	      remap_name(rc), copy);
	snprintf(detail, sizeof(detail), "copy%u", copy);
	remap_event(rc, REMAP_EVENT_METADATA_FAILED, REMAP_NO_BLOCK,
		    REMAP_NO_SLOT, detail);
}

static void tell_moved(struct remap_c *rc, unsigned int copy, u64 place)
{
	char detail[REMAP_DETAIL_MAX];

	DMWARN("%s: a table unit left a bad spot for sector %llu of %s; replace the spare soon",
	       remap_name(rc), place * REMAP_UNIT_SECTORS, rc->spare->name);
	snprintf(detail, sizeof(detail), "moved:copy%u", copy);
	remap_event(rc, REMAP_EVENT_METADATA_REPAIRED, REMAP_NO_BLOCK,
		    REMAP_NO_SLOT, detail);
}

void remap_go_read_only(struct remap_c *rc)
{
	unsigned long flags;
	bool tell;

	spin_lock_irqsave(&rc->lock, flags);
	tell = !rc->read_only;
	WRITE_ONCE(rc->read_only, true);
	spin_unlock_irqrestore(&rc->lock, flags);
	if (tell)
		DMERR("%s: no metadata copy can be written, nothing more is remapped",
		      remap_name(rc));
}

/* Write a unit. A drive often finds a new place at the second try. */
static bool write_unit(struct remap_c *rc, sector_t sector, void *unit)
{
	return remap_write_durable(rc, sector, unit) ||
	       remap_write_durable(rc, sector, unit);
}

/**
 * remap_write_super() - write rc->super
 * @rc: target; caller holds commit_mutex
 *
 * To both copies; and, once a copy has failed, to all other places too, so that
 * a copy that was left behind does not pass for good when the other is lost.
 *
 * Return: 0, or -EIO when it could be written nowhere.
 */
int remap_write_super(struct remap_c *rc)
{
	const struct remap_layout *l = &rc->super.layout;
	unsigned int i, written = 0;

	rc->super.sequence = ++rc->sequence;
	for (i = 0; i < REMAP_COPIES; i++) {
		remap_super_encode(&rc->super, i, rc->super_unit);
		if (write_unit(rc, l->place[i] * REMAP_UNIT_SECTORS,
			       rc->super_unit)) {
			written++;
			continue;
		}
		remap_copy_failed(rc, i);
		rc->witness = true;
	}
	for (i = 0; rc->witness && i < REMAP_PLACES; i++) {
		u64 place = remap_place(l->units, i);

		if (remap_layout_in_area(l, place))
			continue;
		remap_super_encode(&rc->super, REMAP_WITNESS + i,
				   rc->super_unit);
		written += write_unit(rc, place * REMAP_UNIT_SECTORS,
				      rc->super_unit);
	}
	if (written)
		return 0;
	remap_go_read_only(rc);
	return -EIO;
}

/**
 * remap_note_missed() - a copy did not get a table unit
 * @rc: target; caller holds commit_mutex and writes the superblock if told to
 * @copy: number of the copy
 * @unit: number of the unit, or REMAP_MISSED_ALL
 *
 * Return: 0 when the superblock says so already; 1 when it must be written
 * before anybody relies on the other copy; -ENOSPC when it cannot say so.
 */
int remap_note_missed(struct remap_c *rc, unsigned int copy, u64 unit)
{
	remap_copy_failed(rc, copy);
	if (remap_missed_sequence(&rc->super, copy, unit) > rc->sequence)
		return 0;
	rc->witness = true;
	/* Far ahead, so that a failing copy costs one superblock, not many. */
	return remap_missed_add(&rc->super, copy, unit,
				rc->sequence + REMAP_SEQUENCE_AHEAD) ? -ENOSPC : 1;
}

/* Write rc->unit, which is a table unit of a copy, where no block ever was. */
static bool write_elsewhere(struct remap_c *rc, unsigned int copy, u64 unit)
{
	struct remap_super *s = &rc->super;
	u64 old = remap_moved_find(s, copy, unit);
	u64 end = copy ? s->layout.units : s->layout.place[1];
	bool listed, done = false;
	unsigned int tries;

	for (tries = 0; tries < MOVE_TRIES && !done; tries++) {
		spin_lock_irq(&rc->lock);
		rc->leaving = old;
		end = remap_moved_room(s, end, rc->free_cursor);
		if (!end && !tries)
			end = remap_moved_room(s, s->layout.units,
					       rc->free_cursor);
		listed = end && !remap_moved_set(s, copy, unit, end);
		spin_unlock_irq(&rc->lock);
		if (!listed)
			break;
		done = write_unit(rc, end * REMAP_UNIT_SECTORS, rc->unit);
	}
	spin_lock_irq(&rc->lock);
	rc->leaving = 0;
	if (!done) {
		remap_moved_remove(s, copy, unit);
		if (old)
			remap_moved_set(s, copy, unit, old);
	} else if (old) {
		remap_spare_unkeep(rc, old);
	}
	spin_unlock_irq(&rc->lock);
	if (done) {
		rc->witness = true;
		tell_moved(rc, copy, end);
	}
	return done;
}

/**
 * remap_write_unit() - write a table unit of a copy
 * @rc: target; caller holds commit_mutex; rc->unit is what is written
 * @copy: number of the copy
 * @unit: number of the table unit
 * @moved: set when the unit has a new place, so that the superblock must be
 *	written before anybody relies on it
 *
 * Return: whether it is durable.
 */
bool remap_write_unit(struct remap_c *rc, unsigned int copy, u64 unit,
		      bool *moved)
{
	if (write_unit(rc, remap_table_sector(rc, copy, unit), rc->unit))
		return true;
	if (!write_elsewhere(rc, copy, unit))
		return false;
	*moved = true;
	return true;
}

/*
 * Write rc->unit, which is a unit of the table, to both copies. That a copy has
 * not got it is known to the superblock before this returns 0.
 *
 * The one that was the last to miss the unit is written first, and counts again
 * before the other one is touched: a power cut may tear what is being written.
 * Where only one copy can be written that is no help.
 */
static int write_copies(struct remap_c *rc, u64 unit)
{
	unsigned int first = remap_missed_sequence(&rc->super, 1, unit) >
			     remap_missed_sequence(&rc->super, 0, unit);
	bool done[REMAP_COPIES], changed = false;
	unsigned int k, i, written = 0;
	int r = 0;

	for (k = 0; k < REMAP_COPIES; k++) {
		bool tell = false;

		i = first ^ k;
		done[i] = remap_write_unit(rc, i, unit, &tell);
		written += done[i];
		if (done[i] && remap_missed_remove(&rc->super, i, unit))
			tell = true;
		/* What stood in the old place of one that moved may be gone. */
		if (tell && remap_write_super(rc))
			return -EIO;
	}
	for (i = 0; i < REMAP_COPIES && r >= 0; i++) {
		if (!written)
			remap_copy_failed(rc, i);
		else if (!done[i])
			r = remap_note_missed(rc, i, unit);
		if (r > 0)
			changed = true;
	}
	if (written && r >= 0 && (!changed || !remap_write_super(rc)))
		return 0;
	remap_go_read_only(rc);
	return -EIO;
}

static void encode_table(struct remap_c *rc, u64 unit, struct list_head *group)
{
	struct remap_disk_table *t = rc->unit;
	struct remap_change *c;
	struct remap_entry e;
	unsigned int i;

	memset(t, 0, sizeof(*t));
	for (i = 0; i < REMAP_TABLE_ENTRIES; i++) {
		remap_slot_entry(rc, unit * REMAP_TABLE_ENTRIES + i, &e);
		remap_entry_encode(&e, &t->entry[i]);
	}
	list_for_each_entry(c, group, list)
		remap_entry_encode(&c->entry,
				   &t->entry[c->slot % REMAP_TABLE_ENTRIES]);
	remap_unit_seal(t, REMAP_MAGIC_TABLE, rc->super.uuid, ++rc->sequence,
			unit);
}

/*
 * A copy whose every unit was listed as missed may take writes again. What is
 * written to it from now on must count, as the other copy may fail this time;
 * what it holds from before must not. So the next sequence is the listed one.
 */
static void outrun_missed(struct remap_c *rc)
{
	unsigned int i;

	for (i = 0; i < REMAP_COPIES; i++) {
		u64 listed = remap_missed_sequence(&rc->super, i,
						   REMAP_MISSED_ALL);

		if (listed > rc->sequence)
			rc->sequence = listed - 1;
	}
}

/*
 * Make the data durable that changes are about, and put aside those of which that
 * is not sure: a flush that failed since may have dropped it.
 */
static void flush_data(struct remap_c *rc, struct list_head *todo)
{
	struct remap_change *c, *next;
	int errors;

	remap_flush(rc, rc->spare->bdev);
	/* Once: what belongs together is put aside together. */
	errors = atomic_read(&rc->flush_errors[1]);
	list_for_each_entry_safe(c, next, todo, list) {
		if (c->flush_errors == errors)
			continue;
		list_del(&c->list);
		c->error = -EREMOTEIO;
		c->done = true;
	}
}

/* Commit all changes of @todo that are for the table unit of the first one. */
static void commit_unit(struct remap_c *rc, struct list_head *todo)
{
	struct remap_change *c =
		list_first_entry(todo, struct remap_change, list), *next;
	u64 unit = c->slot / REMAP_TABLE_ENTRIES;
	LIST_HEAD(group);
	int r;

	list_move_tail(&c->list, &group);
	list_for_each_entry_safe(c, next, todo, list)
		if (c->slot / REMAP_TABLE_ENTRIES == unit && !c->ordered)
			list_move_tail(&c->list, &group);

	if (READ_ONCE(rc->read_only)) {
		r = -EROFS;
	} else {
		outrun_missed(rc);
		encode_table(rc, unit, &group);
		r = write_copies(rc, unit);
	}
	list_for_each_entry_safe(c, next, &group, list) {
		list_del(&c->list);
		if (!r)
			remap_apply(rc, c);
		c->error = r;
		c->done = true;
	}
}

static int prepare_lost(struct remap_c *rc, struct remap_change *c)
{
	u64 *lost;
	int r;

	if (!(c->entry.lost[0] | c->entry.lost[1]) ||
	    xa_load(&rc->lost, c->slot))
		return 0;
	lost = kcalloc(REMAP_MASK_WORDS, sizeof(*lost), GFP_NOIO);
	if (!lost)
		return -ENOMEM;
	r = xa_err(xa_store(&rc->lost, c->slot, lost, GFP_NOIO));
	if (r)
		kfree(lost);
	return r;
}

/**
 * remap_commit() - make changes durable, then visible
 * @rc: target
 * @changes: for slots the caller owns; @error of each tells how it went
 * @count: number of them, at least 1
 *
 * Context: process, may be on the I/O path.
 * Return: 0 when all are durable on at least one copy, else the last error of
 * one. Of those whose @error is -EIO it is unknown what was written; of those of
 * which remap_unwritten() is true, nothing was.
 */
int remap_commit(struct remap_c *rc, struct remap_change *changes,
		 unsigned int count)
{
	unsigned int i;
	int r = 0;

	for (i = 0; i < count && !r; i++)
		r = prepare_lost(rc, &changes[i]);
	if (!r && READ_ONCE(rc->read_only))
		r = -EROFS;
	if (r) {
		for (i = 0; i < count; i++)
			changes[i].error = r;
		return r;
	}

	spin_lock(&rc->commit_lock);
	for (i = 0; i < count; i++)
		list_add_tail(&changes[i].list, &rc->commits);
	spin_unlock(&rc->commit_lock);

	mutex_lock(&rc->commit_mutex);
	if (!changes[count - 1].done) {
		LIST_HEAD(todo);

		spin_lock(&rc->commit_lock);
		list_splice_init(&rc->commits, &todo);
		spin_unlock(&rc->commit_lock);
		flush_data(rc, &todo);
		while (!list_empty(&todo))
			commit_unit(rc, &todo);
	}
	mutex_unlock(&rc->commit_mutex);

	for (i = 0; i < count; i++)
		if (changes[i].error)
			r = changes[i].error;
	return r;
}
