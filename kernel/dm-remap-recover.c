// SPDX-License-Identifier: GPL-2.0
/*
 * Bios that a worker deals with: those that failed, and those that map() could
 * not send straight on.
 *
 * Each block of such a bio is owned, issued again alone, and dealt with by
 * itself; the bio completes after the last one. A worker that would have to
 * wait for a block goes away and is queued again when the block is free, so
 * that one slow block does not take all workers.
 */
#include <linux/ktime.h>
#include <linux/math64.h>

#include "dm-remap-filter.h"

#define BACKOFF_MAX_MS	2000u
#define MAIN_PARTS	64u

/**
 * remap_classify() - what an error says
 * @status: not BLK_STS_OK
 */
enum remap_class remap_classify(blk_status_t status)
{
	switch (status) {
	case BLK_STS_MEDIUM:
		return REMAP_CLASS_MEDIUM;
	case BLK_STS_IOERR:
		return REMAP_CLASS_IO;
	case BLK_STS_TRANSPORT:
	case BLK_STS_TIMEOUT:
#ifdef BLK_STS_OFFLINE
	case BLK_STS_OFFLINE:
#endif
		return REMAP_CLASS_PATH;
	default:
		return REMAP_CLASS_OTHER;
	}
}

/* Does an error say that what was read or written is bad? */
bool remap_blames_block(blk_status_t status)
{
	enum remap_class class = remap_classify(status);

	return class == REMAP_CLASS_MEDIUM || class == REMAP_CLASS_IO;
}

/**
 * remap_halt() - stop remapping until somebody says `continue`
 * @rc: target
 * @why: one word for the event
 *
 * Context: any.
 */
void remap_halt(struct remap_c *rc, const char *why)
{
	unsigned long flags;
	bool tell;

	spin_lock_irqsave(&rc->lock, flags);
	tell = !rc->halted;
	WRITE_ONCE(rc->halted, true);
	spin_unlock_irqrestore(&rc->lock, flags);
	if (!tell)
		return;
	DMERR("%s: remapping is halted (%s); see to main and its cable, then send 'continue'",
	      remap_name(rc), why);
	remap_event(rc, REMAP_EVENT_HALTED, REMAP_NO_BLOCK, REMAP_NO_SLOT, why);
}

/**
 * remap_believe() - does this error, of a block issued alone, blame the block?
 * @rc: target
 * @status: of the last try
 * @block: main block
 *
 * Halts remapping when the error blames the path or main does not answer.
 */
bool remap_believe(struct remap_c *rc, blk_status_t status, u64 block)
{
	switch (remap_classify(status)) {
	case REMAP_CLASS_MEDIUM:
		return true;
	case REMAP_CLASS_IO:
		if (remap_main_alive(rc, block))
			return true;
		remap_halt(rc, "main_lost");
		return false;
	case REMAP_CLASS_PATH:
		remap_halt(rc, "path");
		return false;
	default:
		return false;
	}
}

/**
 * remap_main_refused() - a write of a block alone failed with a plain error
 * @rc: target
 * @block: main block
 *
 * A main that can be read and fails every write, as a disk does that has locked
 * itself, looks like one with very many bad blocks. Halts remapping when writes
 * failed in half of its 64 parts and not one has succeeded in between: bad
 * blocks lie together, or among good ones.
 *
 * Return: whether remapping is halted.
 */
bool remap_main_refused(struct remap_c *rc, u64 block)
{
	u64 part = mul_u64_u64_div_u64(block, MAIN_PARTS, rc->main_blocks);
	unsigned long flags;
	bool lost;

	spin_lock_irqsave(&rc->lock, flags);
	WRITE_ONCE(rc->refused, rc->refused | BIT_ULL(part));
	lost = hweight64(rc->refused) >= MAIN_PARTS / 2;
	remap_filter_choose(rc);
	spin_unlock_irqrestore(&rc->lock, flags);
	if (lost)
		remap_halt(rc, "main_lost");
	return lost;
}

/* A write to main has succeeded. Context: any. */
void remap_main_wrote(struct remap_c *rc)
{
	unsigned long flags;

	if (!READ_ONCE(rc->refused))
		return;
	spin_lock_irqsave(&rc->lock, flags);
	WRITE_ONCE(rc->refused, 0);
	remap_filter_choose(rc);
	spin_unlock_irqrestore(&rc->lock, flags);
}

/* Wait before the given extra try, from 1; shorter when suspending. */
void remap_backoff(struct remap_c *rc, unsigned int attempt)
{
	u64 ms = (u64)rc->arg[REMAP_RETRY_DELAY_MS] << (attempt - 1);

	wait_event_timeout(rc->stop_wait, READ_ONCE(rc->stopping),
			   msecs_to_jiffies(min_t(u64, ms, BACKOFF_MAX_MS)));
}

/**
 * remap_read_tries() - read until it works or the tries are used up
 * @rc: target
 * @read: one try
 * @context: for @read
 * @tries: result; its time holds after success
 *
 * Context: process, sleeps between tries.
 * Return: of the last try.
 */
blk_status_t remap_read_tries(struct remap_c *rc, remap_read_fn read,
			      void *context, struct remap_tries *tries)
{
	for (tries->extra = 0;; tries->extra++) {
		ktime_t start = ktime_get();
		blk_status_t status = read(rc, context);
		enum remap_class class;

		tries->us = ktime_us_delta(ktime_get(), start);
		if (!status)
			return BLK_STS_OK;
		class = remap_classify(status);
		if (class == REMAP_CLASS_PATH || class == REMAP_CLASS_OTHER ||
		    tries->extra >= rc->arg[REMAP_RETRIES] ||
		    READ_ONCE(rc->halted))
			return status;
		remap_backoff(rc, tries->extra + 1);
	}
}

/**
 * remap_read_failed() - a block of main could not be read, issued alone
 * @rc: target
 * @block: main block, owned by the caller
 * @mapped: part of it is on the spare
 * @status: of the last try
 * @finder: as for remap_mark_pending()
 *
 * Return: whether the error blames the block.
 */
bool remap_read_failed(struct remap_c *rc, u64 block, bool mapped,
		       blk_status_t status, const char *finder)
{
	if (!remap_believe(rc, status, block))
		return false;
	remap_count(rc, &rc->count.read_errors);
	if (!mapped)
		remap_mark_pending(rc, block, ktime_get_real_seconds(), finder);
	return true;
}

/* Part of a held bio. */
struct part {
	struct remap_io *io;
	struct block_device *bdev;
	sector_t sector;
	unsigned int skip;
	unsigned int sectors;
};

static blk_status_t try_part(struct remap_c *rc, void *context)
{
	const struct part *p = context;

	return remap_io_part(rc, p->io, p->bdev, p->sector, p->skip,
			     p->sectors);
}

static blk_status_t read_main(struct remap_c *rc, struct part *part, u64 block)
{
	struct remap_tries tries;
	unsigned int ms;
	blk_status_t status;

	status = remap_read_tries(rc, try_part, part, &tries);
	if (status)
		return status;
	ms = div_u64(tries.us, USEC_PER_MSEC);
	remap_note_latency(rc, tries.us);
	if (ms >= rc->arg[REMAP_SLOW_MS])
		remap_note_slow(rc, block, ms);
	if (tries.extra)
		remap_note_soft(rc, block);
	return BLK_STS_OK;
}

static blk_status_t read_block(struct remap_c *rc, struct remap_io *io,
			       u64 block, unsigned int first,
			       unsigned int count)
{
	sector_t start = (sector_t)block << rc->block_shift;
	struct part part = { .io = io };
	unsigned int n, run, skip = io->done;
	struct remap_tries tries;
	blk_status_t status;
	struct remap_view view;

	for (n = first; n < first + count; n += run, skip += run) {
		bool resident;

		remap_view(rc, block, &view);
		resident = view.mapped && remap_bit(view.mask, n);
		for (run = 1; n + run < first + count; run++)
			if (view.mapped &&
			    (remap_bit(view.mask, n + run) != resident ||
			     remap_bit(view.lost, n + run) !=
			     remap_bit(view.lost, n)))
				break;

		if (resident && remap_bit(view.lost, n))
			return BLK_STS_MEDIUM;
		part.skip = skip;
		part.sectors = run;
		if (resident) {
			part.bdev = rc->spare->bdev;
			part.sector = remap_slot_sector(rc, view.slot) + n;
			status = remap_read_tries(rc, try_part, &part, &tries);
			if (!status)
				continue;
			remap_count(rc, &rc->count.read_errors);
			if (remap_blames_block(status)) {
				remap_set_suspect(rc, view.slot);
				remap_event(rc, REMAP_EVENT_SPARE_BAD, block,
					    view.slot, "unreadable");
			}
			return status;
		}
		part.bdev = rc->main->bdev;
		part.sector = start + n;
		status = read_main(rc, &part, block);
		if (!status)
			continue;
		remap_read_failed(rc, block, view.mapped, status, NULL);
		return status;
	}
	if (count == remap_sectors_of(rc, block))
		remap_pending_recovered(rc, block);
	return BLK_STS_OK;
}

/* A bio that succeeded and says something about its block. */
static void note(struct remap_c *rc, struct remap_io *io)
{
	u64 block = remap_block_of(rc, io->iter.bi_sector);
	u32 ms = jiffies_to_msecs((u32)jiffies - io->start);

	if (io->flags & REMAP_IO_PENDING)
		remap_pending_recovered(rc, block);
	if (ms >= rc->arg[REMAP_SLOW_MS] && !(io->flags & REMAP_IO_SPARE))
		remap_note_slow(rc, block, ms);
}

static void complete_held(struct remap_c *rc, struct remap_io *io,
			  blk_status_t status)
{
	struct bio *bio = dm_bio_from_per_bio_data(io, sizeof(*io));

	remap_end(io, bio, status);
	if (atomic_dec_and_test(&rc->held))
		wake_up(&rc->held_wait);
}

static void granted(struct remap_lock *lock)
{
	struct remap_io *io = container_of(lock, struct remap_io, lock);

	io->flags |= REMAP_IO_LOCKED;
	queue_work(io->rc->wq, &io->work);
}

static void begin(struct remap_c *rc, struct remap_io *io)
{
	io->status = BLK_STS_OK;
	io->done = 0;
	io->flush_errors[0] = atomic_read(&rc->flush_errors[0]);
	io->flush_errors[1] = atomic_read(&rc->flush_errors[1]);
	io->doubts = atomic_read(&rc->doubts);
}

/* Block by block. Return: whether it is over; else there is more once a block is ours. */
static bool do_blocks(struct remap_c *rc, struct remap_io *io, bool write)
{
	unsigned int total = io->iter.bi_size >> SECTOR_SHIFT;

	while (io->done < total) {
		sector_t sector = io->iter.bi_sector + io->done;
		u64 block = remap_block_of(rc, sector);
		unsigned int first = sector & (rc->block_sectors - 1);
		unsigned int count = min(rc->block_sectors - first,
					 total - io->done);
		blk_status_t status;

		if (!(io->flags & REMAP_IO_LOCKED)) {
			if (READ_ONCE(rc->stopping) &&
			    dm_noflush_suspending(rc->ti)) {
				io->status = BLK_STS_DM_REQUEUE;
				break;
			}
			if (!remap_lock_block(rc, &io->lock, block))
				return false;
		}
		io->flags &= ~REMAP_IO_LOCKED;
		if (write)
			status = remap_write_block(rc, io, block, first, count);
		else
			status = read_block(rc, io, block, first, count);
		remap_unlock_block(rc, &io->lock);

		io->done += count;
		if (!status)
			continue;
		io->status = status;
		/*
		 * A read goes on, so that every bad block of it becomes known;
		 * what a failed write left is undefined anyway.
		 */
		if (write || READ_ONCE(rc->halted))
			break;
	}
	return true;
}

/* Has a flush failed that somebody else sent? What it dropped can be written again. */
static bool must_write_again(struct remap_c *rc, struct remap_io *io)
{
	if (!remap_io_settle(rc, io))
		return false;
	if (io->flags & REMAP_IO_AGAIN) {
		io->status = BLK_STS_IOERR;
		return false;
	}
	io->flags = (io->flags & REMAP_IO_SPARE) | REMAP_IO_AGAIN;
	begin(rc, io);
	return true;
}

static void recover(struct work_struct *work)
{
	struct remap_io *io = container_of(work, struct remap_io, work);
	struct bio *bio = dm_bio_from_per_bio_data(io, sizeof(*io));
	struct remap_c *rc = io->rc;
	bool write = op_is_write(bio_op(bio));

	if (io->flags & REMAP_IO_NOTE) {
		note(rc, io);
		complete_held(rc, io, BLK_STS_OK);
		return;
	}

	do {
		if (!do_blocks(rc, io, write))
			return;
	} while (write && must_write_again(rc, io));
	complete_held(rc, io, io->status);
}

/**
 * remap_hold() - let a worker deal with a bio
 * @rc: target
 * @io: per-bio data, @iter as the bio came
 *
 * Context: any, also interrupts.
 */
void remap_hold(struct remap_c *rc, struct remap_io *io)
{
	begin(rc, io);
	io->lock.granted = granted;
	INIT_WORK(&io->work, recover);
	atomic_inc(&rc->held);
	queue_work(rc->wq, &io->work);
}
