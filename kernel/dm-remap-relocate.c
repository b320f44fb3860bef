// SPDX-License-Identifier: GPL-2.0
/*
 * Writes that end on the spare.
 *
 * The order that keeps a promise across a power cut: the data to the spare
 * block; a flush, which makes it durable; the table unit to copy A, durable, and
 * to copy B; then the mapping becomes visible; then the bio completes.
 */
#include <linux/ktime.h>

#include "dm-remap-filter.h"

#define SPARE_TRIES	8

void remap_count(struct remap_c *rc, u64 *counter)
{
	unsigned long flags;

	spin_lock_irqsave(&rc->lock, flags);
	(*counter)++;
	rc->dirty = true;
	spin_unlock_irqrestore(&rc->lock, flags);
}

bool remap_may_move(struct remap_c *rc)
{
	return !READ_ONCE(rc->halted) && !READ_ONCE(rc->read_only) &&
	       !rc->no_auto;
}

/* Permission for one more remap caused by an error. Context: process. */
bool remap_storm_pass(struct remap_c *rc)
{
	time64_t now = ktime_get_seconds();
	u32 limit = rc->arg[REMAP_STORM_LIMIT], sum = 0;
	unsigned long flags;
	unsigned int i;

	if (!limit)
		return true;
	spin_lock_irqsave(&rc->lock, flags);
	for (i = 0; i < REMAP_STORM_SECONDS && rc->storm_time < now; i++)
		rc->storm[++rc->storm_time % REMAP_STORM_SECONDS] = 0;
	rc->storm_time = now;
	for (i = 0; i < REMAP_STORM_SECONDS; i++)
		sum += rc->storm[i];
	if (sum < limit)
		rc->storm[now % REMAP_STORM_SECONDS]++;
	spin_unlock_irqrestore(&rc->lock, flags);

	if (sum + 1 >= limit)
		remap_halt(rc, "storm");
	return sum < limit;
}

/**
 * remap_mark_bad() - never use a spare block again
 * @rc: target
 * @slot: taken by the caller
 *
 * Return: false when that could not be made durable.
 */
bool remap_mark_bad(struct remap_c *rc, u32 slot)
{
	struct remap_change change;
	unsigned int tries;

	DMWARN("%s: spare block %u cannot be written, not used any more",
	       remap_name(rc), slot);
	remap_event(rc, REMAP_EVENT_SPARE_BAD, REMAP_NO_BLOCK, slot,
		    "unwritable");
	for (tries = 0; tries < REMAP_FLUSH_TRIES; tries++) {
		change = (struct remap_change) {
			.slot = slot,
			.flush_errors = atomic_read(&rc->flush_errors[1]),
			.entry.state = REMAP_SLOT_BAD,
		};
		if (!remap_commit(rc, &change, 1))
			return true;
		if (change.error != -EREMOTEIO)
			return false;
	}
	/* The spare cannot flush now; the block may be tried again later. */
	remap_spare_put(rc, slot);
	return false;
}

static void fail_all(struct remap_c *rc)
{
	unsigned long flags;

	spin_lock_irqsave(&rc->lock, flags);
	WRITE_ONCE(rc->failed, true);
	remap_filter_choose(rc);
	spin_unlock_irqrestore(&rc->lock, flags);
}

/**
 * remap_commit_blocks() - commit changes of blocks that the caller owns
 * @rc: target
 * @changes: what to commit
 * @count: number of them
 *
 * When a commit fails on every copy nobody knows what stands on the spare.
 * The next activation may find the mapping (or, after unmapping, find it still)
 * or not, so neither place may change any more: the block goes into limbo,
 * where writes fail. Should not even that work, the target fails all I/O.
 *
 * Return: as remap_commit().
 */
int remap_commit_blocks(struct remap_c *rc, struct remap_change *changes,
			unsigned int count)
{
	int r = remap_commit(rc, changes, count);
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (changes[i].error != -EIO ||
		    (changes[i].entry.state != REMAP_SLOT_MAPPED &&
		     !changes[i].unmaps))
			continue;
		if (remap_gate(rc, changes[i].entry.block, 1,
			       REMAP_GATE_LIMBO)) {
			fail_all(rc);
			DMERR("%s: out of memory after a failed commit, all I/O fails",
			      remap_name(rc));
		}
	}
	return r;
}

/*
 * Move sectors [@first, @first + @count) of a block, which the caller owns, to
 * a new spare block. @old is the mapping so far, if any; its spare block is
 * given up.
 */
static blk_status_t relocate(struct remap_c *rc, struct remap_io *io,
			     u64 block, unsigned int first, unsigned int count,
			     const struct remap_view *old)
{
	struct remap_change change[2];
	u64 range[REMAP_MASK_WORDS];
	blk_status_t status = BLK_STS_IOERR;
	unsigned int tries, flush_tries = 1;
	bool passed = old->mapped;
	u32 slot;
	int r;

	remap_mask_range(range, first, count);
	if (old->mapped) {
		/* Writes to its other sectors must not race with the copy. */
		if (remap_gate(rc, block, 1, REMAP_GATE_MOVING))
			return BLK_STS_RESOURCE;
		remap_drain(rc);
	}

	for (tries = 0; tries < SPARE_TRIES; tries++) {
		struct remap_entry *e = &change[0].entry;

		status = BLK_STS_IOERR;
		if (remap_spare_take(rc, &slot))
			break;
		if (!passed && !remap_storm_pass(rc)) {
			remap_spare_put(rc, slot);
			break;
		}
		passed = true;
		memset(change, 0, sizeof(change));
		change[0].flush_errors = atomic_read(&rc->flush_errors[1]);
		change[1].flush_errors = change[0].flush_errors;
		change[0].slot = slot;
		e->block = block;
		e->state = REMAP_SLOT_MAPPED;
		e->cause = old->mapped ? old->cause : REMAP_CAUSE_AUTO;
		e->seconds = old->mapped ? old->seconds :
					   (u32)ktime_get_real_seconds();
		e->mask[0] = range[0] | old->mask[0];
		e->mask[1] = range[1] | old->mask[1];

		if (old->mapped)
			status = remap_carry_over(rc, old, slot, range, e);
		else
			status = BLK_STS_OK;
		if (!status)
			status = remap_io_part(rc, io, rc->spare->bdev,
					       remap_slot_sector(rc, slot) +
					       first, io->done, count);
		if (status && !remap_blames_block(status)) {
			remap_spare_put(rc, slot);
			break;
		}
		if (status) {
			if (!remap_mark_bad(rc, slot))
				break;
			continue;
		}

		change[1].slot = old->slot;
		change[1].entry.state = REMAP_SLOT_BAD;
		/*
		 * In one table unit both become durable at once. In two, neither
		 * goes ahead of what is queued: the old unit would be written
		 * with the higher sequence and the old mapping, and hide the
		 * new one should its own write fail.
		 */
		change[1].ordered = slot / REMAP_TABLE_ENTRIES !=
				    old->slot / REMAP_TABLE_ENTRIES;
		change[0].ordered = old->mapped && change[1].ordered;
		r = remap_commit_blocks(rc, change, old->mapped ? 2 : 1);
		if (remap_unwritten(change[0].error))
			remap_spare_put(rc, slot);
		if (change[0].error == -EREMOTEIO &&
		    flush_tries++ < REMAP_FLUSH_TRIES)
			continue;
		if (change[0].error) {
			status = BLK_STS_IOERR;
			break;
		}
		if (r)
			DMWARN("%s: spare block %u could not be marked bad",
			       remap_name(rc), old->slot);
		remap_io_committed(rc, io);
		if (!old->mapped) {
			remap_count(rc, &rc->count.remaps[REMAP_CAUSE_AUTO]);
			remap_pending_mapped(rc, block);
		}
		remap_event(rc, REMAP_EVENT_REMAP, block, slot, "auto");
		break;
	}
	if (old->mapped)
		remap_ungate(rc, block, 1);
	return status;
}

/* Write to sectors of a mapped block that are on main, and keep them. */
static blk_status_t grow(struct remap_c *rc, struct remap_io *io, u64 block,
			 unsigned int first, unsigned int count,
			 const struct remap_view *old)
{
	struct remap_change change;
	struct remap_entry *e = &change.entry;
	u64 range[REMAP_MASK_WORDS];
	unsigned int i, tries = 0;
	blk_status_t status;

	remap_mask_range(range, first, count);
	do {
		change = (struct remap_change) {
			.slot = old->slot,
			.flush_errors = atomic_read(&rc->flush_errors[1]),
		};
		status = remap_io_part(rc, io, rc->spare->bdev,
				       remap_slot_sector(rc, old->slot) + first,
				       io->done, count);
		if (status)
			return remap_blames_block(status) ?
			       relocate(rc, io, block, first, count, old) :
			       status;

		e->block = block;
		e->state = REMAP_SLOT_MAPPED;
		e->cause = old->cause;
		e->seconds = old->seconds;
		for (i = 0; i < REMAP_MASK_WORDS; i++) {
			e->mask[i] = old->mask[i] | range[i];
			e->lost[i] = old->lost[i] & ~range[i];
		}
		remap_commit_blocks(rc, &change, 1);
	} while (change.error == -EREMOTEIO && ++tries < REMAP_FLUSH_TRIES);
	if (change.error)
		return BLK_STS_IOERR;
	remap_io_committed(rc, io);
	return BLK_STS_OK;
}

static void count_write_error(struct remap_c *rc, u64 block)
{
	remap_count(rc, &rc->count.write_errors);
	remap_region_error(rc, block, REMAP_ERROR_WRITE);
}

static blk_status_t write_main(struct remap_c *rc, struct remap_io *io,
			       u64 block, unsigned int first,
			       unsigned int count, unsigned int skip)
{
	sector_t sector = ((sector_t)block << rc->block_shift) + first;
	blk_status_t status;
	unsigned int attempt;

	for (attempt = 0;; attempt++) {
		status = remap_io_part(rc, io, rc->main->bdev, sector, skip,
				       count);
		if (!status) {
			if (attempt)
				remap_note_soft(rc, block);
			return BLK_STS_OK;
		}
		/* A medium error needs no second opinion: save the data now. */
		if (remap_classify(status) != REMAP_CLASS_IO ||
		    attempt >= rc->arg[REMAP_RETRIES] || READ_ONCE(rc->halted))
			break;
		remap_backoff(rc, attempt + 1);
	}
	return status;
}

/* Every sector where it lives now; nothing moves. */
static blk_status_t write_in_place(struct remap_c *rc, struct remap_io *io,
				   u64 block, unsigned int first,
				   unsigned int count,
				   const struct remap_view *view)
{
	unsigned int n, run, skip = io->done;
	blk_status_t status;

	for (n = first; n < first + count; n += run, skip += run) {
		bool resident = remap_bit(view->mask, n);

		for (run = 1; n + run < first + count &&
		     remap_bit(view->mask, n + run) == resident; run++)
			;
		if (resident) {
			u64 range[REMAP_MASK_WORDS];

			remap_mask_range(range, n, run);
			if ((range[0] & view->lost[0]) |
			    (range[1] & view->lost[1]))
				return BLK_STS_MEDIUM;
			status = remap_io_part(rc, io, rc->spare->bdev,
					       remap_slot_sector(rc, view->slot)
					       + n, skip, run);
		} else {
			status = write_main(rc, io, block, n, run, skip);
			if (status && remap_believe(rc, status, block))
				count_write_error(rc, block);
		}
		if (status)
			return status;
	}
	return BLK_STS_OK;
}

static bool is_discard(struct remap_io *io)
{
	struct bio *bio = dm_bio_from_per_bio_data(io, sizeof(*io));

	return bio_op(bio) == REQ_OP_DISCARD ||
	       bio_op(bio) == REQ_OP_SECURE_ERASE;
}

/*
 * A discard or secure erase that had to wait at a gate: every sector where it
 * lives. A discard that the spare cannot do is done by doing nothing.
 */
static blk_status_t discard_in_place(struct remap_c *rc, struct remap_io *io,
				     u64 block, unsigned int first,
				     unsigned int count,
				     const struct remap_view *view)
{
	struct bio *bio = dm_bio_from_per_bio_data(io, sizeof(*io));
	sector_t start = (sector_t)block << rc->block_shift;
	unsigned int n, run, skip = io->done;
	blk_status_t status = BLK_STS_OK;

	for (n = first; n < first + count && !status; n += run, skip += run) {
		bool resident = view->mapped && remap_bit(view->mask, n);

		for (run = 1; n + run < first + count &&
		     (view->mapped && remap_bit(view->mask, n + run)) ==
		     resident; run++)
			;
		if (!resident)
			status = remap_io_part(rc, io, rc->main->bdev,
					       start + n, skip, run);
		else if (bio_op(bio) == REQ_OP_SECURE_ERASE ||
			 remap_bdev_max_discard(rc->spare->bdev))
			status = remap_io_part(rc, io, rc->spare->bdev,
					       remap_slot_sector(rc, view->slot)
					       + n, skip, run);
	}
	return status;
}

/* May neither place of a block be written, since a commit failed half-way? */
static bool in_limbo(struct remap_c *rc, u64 block)
{
	return READ_ONCE(rc->failed) ||
	       xa_load(&rc->gates, block) == xa_mk_value(REMAP_GATE_LIMBO);
}

/* Is it known of a block that it is bad on main? */
static bool is_known_bad(struct remap_c *rc, u64 block,
			 const struct remap_view *view)
{
	return view->mapped ? view->cause == REMAP_CAUSE_AUTO :
			      !!xa_load(&rc->pending, block);
}

/**
 * remap_write_block() - the part of a held write that lies in one block
 * @rc: target
 * @io: the held bio, @done sectors of it were dealt with
 * @block: main block, owned by the caller
 * @first: first sector within the block
 * @count: number of sectors
 */
blk_status_t remap_write_block(struct remap_c *rc, struct remap_io *io,
			       u64 block, unsigned int first,
			       unsigned int count)
{
	u64 range[REMAP_MASK_WORDS];
	blk_status_t status, moved;
	struct remap_view view;
	u32 flags = io->flags;
	bool resident, lost;

	if (in_limbo(rc, block))
		return BLK_STS_IOERR;

	remap_view(rc, block, &view);
	if (is_discard(io))
		return discard_in_place(rc, io, block, first, count, &view);
	/* Not tried on main again, which would tell whether it was the flush. */
	if (remap_may_move(rc) && is_known_bad(rc, block, &view))
		io->flags &= ~REMAP_IO_DOUBT;
	if (!view.mapped) {
		if (xa_load(&rc->pending, block) && remap_may_move(rc)) {
			status = relocate(rc, io, block, first, count, &view);
			if (!status || in_limbo(rc, block))
				return status;
			/* No room: as it would be without the target. */
			io->flags = flags;
		}
		status = write_main(rc, io, block, first, count, io->done);
		if (!status)
			remap_main_wrote(rc);
		if (!status || !remap_believe(rc, status, block))
			return status;
		count_write_error(rc, block);
		if (!remap_may_move(rc) ||
		    (remap_classify(status) == REMAP_CLASS_IO &&
		     remap_main_refused(rc, block)))
			return status;
		moved = relocate(rc, io, block, first, count, &view);
		return moved ? status : BLK_STS_OK;
	}

	remap_mask_range(range, first, count);
	resident = !((range[0] & ~view.mask[0]) | (range[1] & ~view.mask[1]));
	lost = (range[0] & view.lost[0]) | (range[1] & view.lost[1]);
	if (!remap_may_move(rc))
		return write_in_place(rc, io, block, first, count, &view);
	if (view.suspect) {
		status = relocate(rc, io, block, first, count, &view);
		if (!status || in_limbo(rc, block))
			return status;
		io->flags = flags;
		return write_in_place(rc, io, block, first, count, &view);
	}
	if (!resident || lost)
		return grow(rc, io, block, first, count, &view);

	status = write_in_place(rc, io, block, first, count, &view);
	if (status && remap_blames_block(status))
		status = relocate(rc, io, block, first, count, &view);
	return status;
}
