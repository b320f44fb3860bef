// SPDX-License-Identifier: GPL-2.0
/*
 * Loading the table from its copies, and mending the copies.
 */
#include <linux/bits.h>
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "dm-remap-table.h"

#define IO_UNITS	(REMAP_IO_PAGES * PAGE_SIZE / REMAP_UNIT)

/*
 * Write a unit to a copy that lacks it. @open: what the copy has could not be read,
 * or would count if it were the only one.
 */
static void mend_unit(struct remap_c *rc, struct remap_table_pass *p, u64 unit,
		      unsigned int copy, const struct remap_disk_table *best,
		      bool open)
{
	struct remap_super *s = &rc->super;

	memcpy(rc->unit, best, REMAP_UNIT);
	if (remap_write_unit(rc, copy, unit, &p->moved)) {
		remap_missed_remove(s, copy, unit);
		p->mended++;
		return;
	}
	p->lacks[copy] = true;
	/*
	 * To rule out the whole copy has to wait until it is known that no unit
	 * of it is needed to mend the other one.
	 */
	if (open && remap_missed_sequence(s, copy, unit) <=
		    le64_to_cpu(best->unit.sequence))
		p->news = true;
	if (s->missed_count < REMAP_MISSED_MAX ||
	    remap_missed_sequence(s, copy, unit) > rc->sequence)
		remap_note_missed(rc, copy, unit);
	else
		p->unlisted[copy] = true;
}

/*
 * The newest unit of those in the copies that count.
 *
 * @same: copies that hold just that
 * Return: NULL when there is none, ERR_PTR(-EUCLEAN) when two contradict.
 */
static const struct remap_disk_table *newest(struct remap_c *rc,
					     struct remap_table_pass *p, u64 unit,
					     unsigned int n,
					     unsigned long *same)
{
	const struct remap_disk_table *t, *best = NULL;
	unsigned int i;

	*same = 0;
	for (i = 0; i < REMAP_COPIES; i++) {
		bool equal;

		t = p->buf[i] + n * REMAP_UNIT;
		if (!p->readable[i][n])
			continue;
		equal = best && !memcmp(t, best, REMAP_UNIT);
		if (equal)
			*same |= BIT(i);
		/* What equals a good unit needs no check of its own. */
		if ((!equal && remap_unit_check(t, REMAP_MAGIC_TABLE,
						rc->super.uuid)) ||
		    le64_to_cpu(t->unit.index) != unit ||
		    le64_to_cpu(t->unit.sequence) <
		    remap_missed_sequence(&rc->super, i, unit))
			continue;
		if (best && !equal && t->unit.sequence == best->unit.sequence)
			return ERR_PTR(-EUCLEAN);
		if (!best || le64_to_cpu(t->unit.sequence) >
			     le64_to_cpu(best->unit.sequence)) {
			best = t;
			*same = BIT(i);
		}
	}
	return best;
}

/* One unit as it stands in all copies: take the newest, or mend the others. */
static int merge_unit(struct remap_c *rc, struct remap_table_pass *p, u64 unit,
		      unsigned int n)
{
	const struct remap_disk_table *best;
	unsigned long same;
	unsigned int i;
	int r;

	best = newest(rc, p, unit, n, &same);
	if (IS_ERR(best)) {
		DMERR("%s: table unit %llu of %s differs by copy; see 'dm-remap check'",
		      remap_name(rc), unit, rc->spare->name);
		return PTR_ERR(best);
	}
	if (!best) {
		DMERR("%s: table unit %llu of spare %s is damaged in every copy; not activated",
		      remap_name(rc), unit, rc->spare->name);
		return -EUCLEAN;
	}
	/* A copy that reads now and then must not bring back what is older. */
	if (p->mend && le64_to_cpu(best->unit.sequence) != p->sequence[unit]) {
		DMERR("%s: table unit %llu of spare %s changes between reads; see to its cable",
		      remap_name(rc), unit, rc->spare->name);
		return -EIO;
	}
	if (!p->mend) {
		r = remap_load_unit(rc, p, unit, best);
		if (r == -EUCLEAN)
			DMERR("%s: table unit %llu of spare %s contradicts itself; not activated",
			      remap_name(rc), unit, rc->spare->name);
		if (r)
			return r;
	}
	for (i = 0; i < REMAP_COPIES; i++) {
		const struct remap_disk_table *t = p->buf[i] + n * REMAP_UNIT;
		bool readable = p->readable[i][n];

		/* One that does not count may still hold what the best does. */
		if ((same & BIT(i)) ||
		    (readable && !memcmp(t, best, REMAP_UNIT))) {
			if (p->mend)
				remap_missed_remove(&rc->super, i, unit);
			continue;
		}
		p->wrong++;
		if (p->mend)
			mend_unit(rc, p, unit, i, best, !readable ||
				  !remap_unit_check(t, REMAP_MAGIC_TABLE,
						    rc->super.uuid));
	}
	return 0;
}

static void read_units(struct remap_c *rc, struct remap_table_pass *p, u64 unit,
		       unsigned int n)
{
	unsigned int i, k;

	for (i = 0; i < REMAP_COPIES; i++) {
		bool all = !remap_moved_among(&rc->super, i, unit, n) &&
			   !remap_io_buffer(rc, rc->spare->bdev,
					    remap_table_sector(rc, i, unit),
					    p->buf[i], n * REMAP_UNIT,
					    REQ_OP_READ);

		for (k = 0; k < n; k++)
			p->readable[i][k] = all ||
				!remap_io_buffer(rc, rc->spare->bdev,
						 remap_table_sector(rc, i,
								    unit + k),
						 p->buf[i] + k * REMAP_UNIT,
						 REMAP_UNIT, REQ_OP_READ);
	}
}

static int walk(struct remap_c *rc, struct remap_table_pass *p)
{
	u64 unit;
	unsigned int k;
	int r;

	for (unit = 0; unit < rc->super.table_ready; unit += IO_UNITS) {
		unsigned int n = min_t(u64, IO_UNITS,
				       rc->super.table_ready - unit);

		read_units(rc, p, unit, n);
		for (k = 0; k < n; k++) {
			r = merge_unit(rc, p, unit + k, k);
			if (r)
				return r;
		}
	}
	return 0;
}

/* Is a superblock of one of the copies not what it should be? */
static bool super_damaged(struct remap_c *rc, struct remap_super *s)
{
	unsigned int i;

	for (i = 0; i < REMAP_COPIES; i++)
		if (remap_io_buffer(rc, rc->spare->bdev,
				    rc->super.layout.place[i] *
				    REMAP_UNIT_SECTORS, rc->unit, REMAP_UNIT,
				    REQ_OP_READ) ||
		    remap_super_decode(rc->unit, s) ||
		    s->sequence != rc->super.sequence)
			return true;
	return false;
}

/*
 * A superblock that could not be read may be newer: no number is given twice. Not
 * before it is known what the copies lack, which is listed with higher ones.
 */
static void pass_unseen(struct remap_c *rc)
{
	if (rc->unseen)
		rc->sequence += REMAP_SEQUENCE_AHEAD;
	rc->unseen = false;
}

static int mend(struct remap_c *rc, struct remap_table_pass *p)
{
	struct remap_super *s = p->buf[0];
	bool super = super_damaged(rc, s) || rc->super.missed_count;
	char detail[REMAP_DETAIL_MAX];
	unsigned int i;
	bool unmended;
	int r;

	if (!super && !p->wrong)
		return 0;
	p->mend = true;
	r = walk(rc, p);
	/* Each unit of it is as the best one now, whatever its sequence. */
	for (i = 0; i < REMAP_COPIES && !r; i++)
		if (!p->lacks[i])
			remap_missed_remove(&rc->super, i, REMAP_MISSED_ALL);
	for (i = 0; i < REMAP_COPIES && !r; i++)
		if (p->unlisted[i] &&
		    (p->lacks[!i] ||
		     remap_note_missed(rc, i, REMAP_MISSED_ALL) < 0))
			r = -EIO;
	unmended = p->lacks[0] || p->lacks[1];
	if (!r && (super || unmended || p->moved)) {
		if (!unmended)
			rc->super.missed_count = 0;
		pass_unseen(rc);
		r = remap_write_super(rc);
		/*
		 * A spare that can only be read is served from, provided that
		 * what its copies lack was known to the superblock before.
		 */
		if (!r)
			p->mended++;
		else if (!p->news && !p->moved)
			r = 0;
	}
	if (r || !p->mended)
		return r;
	DMWARN("%s: %llu damaged or old metadata units of spare %s were mended from the other copy",
	       remap_name(rc), p->mended, rc->spare->name);
	snprintf(detail, sizeof(detail), "%llu", p->mended);
	remap_event(rc, REMAP_EVENT_METADATA_REPAIRED, REMAP_NO_BLOCK,
		    REMAP_NO_SLOT, detail);
	return 0;
}

/*
 * Finish the moves that were cut short. As long as both units have the block, one
 * that is unmapped would be back on its old spare block the next time.
 */
static void finish_moves(struct remap_c *rc, struct remap_table_pass *p)
{
	unsigned int tries;
	u64 unit;
	int r;

	for (unit = 0; unit < rc->super.table_ready; unit++) {
		if (p->outdone[unit] == REMAP_NO_SLOT)
			continue;
		for (tries = 0, r = -EREMOTEIO;
		     r == -EREMOTEIO && tries < REMAP_FLUSH_TRIES; tries++) {
			struct remap_change change = {
				.slot = p->outdone[unit],
				.flush_errors = atomic_read(&rc->flush_errors[1]),
				.entry.state = REMAP_SLOT_BAD,
			};

			r = remap_commit(rc, &change, 1);
		}
		/* The whole unit is written, or nothing is unmapped. */
		if (r == -EREMOTEIO)
			remap_go_read_only(rc);
	}
}

static int load_table(struct remap_c *rc, struct remap_table_pass *p)
{
	int r;

	mutex_lock(&rc->commit_mutex);
	rc->sequence = rc->super.sequence;
	r = walk(rc, p);
	mutex_unlock(&rc->commit_mutex);
	if (!r)
		r = remap_check_length(rc, rc);
	if (r)
		return r;

	remap_state_load(rc);
	/* Mending may need free blocks. */
	r = remap_spare_rebuild(rc);
	if (r)
		return r;
	mutex_lock(&rc->commit_mutex);
	r = mend(rc, p);
	pass_unseen(rc);
	mutex_unlock(&rc->commit_mutex);
	if (!r)
		finish_moves(rc, p);
	return r;
}

/**
 * remap_load() - from the spare into memory
 * @rc: target; remap_check_spare() has said yes
 *
 * Writes nothing unless the whole table is good in at least one copy each.
 *
 * Context: process, before any I/O is mapped.
 */
int remap_load(struct remap_c *rc)
{
	size_t bytes = REMAP_IO_PAGES * PAGE_SIZE;
	struct remap_table_pass *p;
	unsigned int i;
	int r = -ENOMEM;
	u64 unit;

	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	p->step = max(bdev_logical_block_size(rc->main->bdev),
		      bdev_logical_block_size(rc->spare->bdev)) >> SECTOR_SHIFT;
	p->sequence = kvcalloc(max(rc->super.table_ready, 1ull),
			       sizeof(*p->sequence), GFP_KERNEL);
	p->outdone = kvcalloc(max(rc->super.table_ready, 1ull),
			      sizeof(*p->outdone), GFP_KERNEL);
	for (i = 0; i < REMAP_COPIES; i++)
		p->buf[i] = alloc_pages_exact(bytes, GFP_KERNEL);
	if (p->sequence && p->outdone && p->buf[0] && p->buf[1]) {
		for (unit = 0; unit < rc->super.table_ready; unit++)
			p->outdone[unit] = REMAP_NO_SLOT;
		r = remap_hash_init(rc);
		if (!r)
			r = load_table(rc, p);
	}
	for (i = 0; i < REMAP_COPIES; i++)
		if (p->buf[i])
			free_pages_exact(p->buf[i], bytes);
	kvfree(p->outdone);
	kvfree(p->sequence);
	kfree(p);
	return r;
}
