// SPDX-License-Identifier: GPL-2.0
/*
 * The way of every bio: map() and end_io().
 */
#include <linux/sizes.h>

#include "dm-remap.h"

#define LOOK_SECTORS	131072u

/* Up to this length looking at bits of the filter is cheaper than at the hash. */
#define FILTER_BYTES	SZ_1M

enum verdict { TO_MAIN, TO_SPARE, TO_WORKER, DROP, FAIL };

static bool is_write(struct bio *bio)
{
	return op_is_write(bio_op(bio));
}

/* May a write to a sector that is still on main be moved to the spare? */
static bool may_grow(struct remap_c *rc)
{
	return !READ_ONCE(rc->halted) && !READ_ONCE(rc->read_only) &&
	       !rc->no_auto;
}

static bool any_bit(const u64 *mask, const u64 *range)
{
	return (mask[0] & range[0]) | (mask[1] & range[1]);
}

static bool all_bits(const u64 *mask, const u64 *range)
{
	return !((range[0] & ~mask[0]) | (range[1] & ~mask[1]));
}

/* Sectors from @first on, at most @count, whose bit in @mask is like the first. */
static unsigned int run_of(const u64 *mask, unsigned int first,
			   unsigned int count)
{
	unsigned int n = 1;

	while (n < count && remap_bit(mask, first + n) == remap_bit(mask, first))
		n++;
	return n;
}

/*
 * What to do with the sectors of one mapped block. A write that is not wholly
 * resident takes the worker's way whole: a block that failed once is not
 * trusted with a new write. May shorten *@count to one run of residency.
 */
static enum verdict judge_mapped(struct remap_c *rc, struct bio *bio,
				 const struct remap_view *view,
				 unsigned int first, unsigned int *count)
{
	bool data_write = bio_op(bio) == REQ_OP_WRITE ||
			  bio_op(bio) == REQ_OP_WRITE_ZEROES;
	u64 range[REMAP_MASK_WORDS];
	bool resident;

	remap_mask_range(range, first, *count);
	if (data_write && (view->suspect || any_bit(view->lost, range)) &&
	    may_grow(rc))
		return TO_WORKER;
	if (data_write && !all_bits(view->mask, range) && may_grow(rc))
		return TO_WORKER;

	*count = run_of(view->mask, first, *count);
	resident = remap_bit(view->mask, first);
	if (!resident)
		return TO_MAIN;
	*count = run_of(view->lost, first, *count);

	switch (bio_op(bio)) {
	case REQ_OP_READ:
		return remap_bit(view->lost, first) ? FAIL : TO_SPARE;
	case REQ_OP_WRITE:
		return remap_bit(view->lost, first) ? FAIL : TO_SPARE;
	case REQ_OP_WRITE_ZEROES:
		if (remap_bit(view->lost, first))
			return FAIL;
		return bdev_write_zeroes_sectors(rc->spare->bdev) ? TO_SPARE :
								    TO_WORKER;
	case REQ_OP_DISCARD:
		/* The mapping stays; what was there need not. */
		return remap_bdev_max_discard(rc->spare->bdev) ? TO_SPARE :
								   DROP;
	default:
		return TO_SPARE;
	}
}

/* Lowest block of the bio that map() may not just send to main. */
static bool find_special(struct remap_c *rc, u64 first, u64 last,
			 struct remap_view *view, u64 *block, bool *pending,
			 bool *gated)
{
	unsigned long index = first;
	u64 found;

	*pending = false;
	*gated = false;
	view->mapped = remap_find(rc, first, last, view, &found);
	if (view->mapped)
		last = found;
	if (test_bit(REMAP_ATT_PENDING, &rc->attention) &&
	    xa_find(&rc->pending, &index, last, XA_PRESENT)) {
		if (!view->mapped || index < last)
			*pending = true;
		last = index;
	}
	index = first;
	if (test_bit(REMAP_ATT_GATED, &rc->attention) &&
	    xa_find(&rc->gates, &index, last, XA_PRESENT)) {
		if (index < last)
			*pending = false;
		*gated = true;
		last = index;
	}
	if (view->mapped && last < found)
		view->mapped = false;
	*block = last;
	return view->mapped || *pending || *gated;
}

static noinline int hold(struct remap_c *rc, struct remap_io *io, struct bio *bio)
{
	if (bio->bi_opf & REQ_NOWAIT) {
		io->flags |= REMAP_IO_FINAL;
		bio_wouldblock_error(bio);
		return DM_MAPIO_SUBMITTED;
	}
	remap_hold(rc, io);
	return DM_MAPIO_SUBMITTED;
}

static noinline int finish(struct remap_io *io, struct bio *bio, blk_status_t status)
{
	io->flags |= REMAP_IO_FINAL;
	bio->bi_status = status;
	bio_endio(bio);
	return DM_MAPIO_SUBMITTED;
}

/* The bio already points to main. Called under rcu_read_lock(). */
static noinline enum verdict map_special(struct remap_c *rc,
					 struct remap_io *io, struct bio *bio)
{
	sector_t sector = bio->bi_iter.bi_sector;
	unsigned int sectors = bio_sectors(bio), offset, count;
	u64 block = remap_block_of(rc, sector);
	u64 last = remap_block_of(rc, sector + sectors - 1);
	struct remap_view view;
	bool pending, gated;
	enum verdict verdict;
	u64 special;

	if (unlikely(test_bit(REMAP_ATT_FAIL, &rc->attention)))
		return FAIL;
	if (unlikely(!sectors))
		return TO_MAIN;
	if (unlikely(sectors > LOOK_SECTORS)) {
		/* A discard may be larger than can be looked through here. */
		dm_accept_partial_bio(bio, LOOK_SECTORS);
		sectors = LOOK_SECTORS;
		last = remap_block_of(rc, sector + sectors - 1);
	}
	if (!find_special(rc, block, last, &view, &special, &pending, &gated))
		return TO_MAIN;
	if (special > block) {
		dm_accept_partial_bio(bio, (special << rc->block_shift) -
					   sector);
		return TO_MAIN;
	}

	offset = sector & (rc->block_sectors - 1);
	count = min(sectors, rc->block_sectors - offset);
	/* A block that is being copied is not discarded under the copier. */
	if (gated && is_write(bio))
		verdict = TO_WORKER;
	else if (pending && (bio_op(bio) == REQ_OP_WRITE ||
			     bio_op(bio) == REQ_OP_WRITE_ZEROES))
		verdict = TO_WORKER;
	else if (view.mapped)
		verdict = judge_mapped(rc, bio, &view, offset, &count);
	else
		verdict = TO_MAIN;
	if (pending && bio_op(bio) == REQ_OP_READ &&
	    count == remap_sectors_of(rc, block))
		io->flags |= REMAP_IO_PENDING;

	if (count < sectors)
		dm_accept_partial_bio(bio, count);
	if (verdict == TO_SPARE) {
		bio_set_dev(bio, rc->spare->bdev);
		bio->bi_iter.bi_sector = remap_slot_sector(rc, view.slot) +
					 offset;
		io->flags |= REMAP_IO_SPARE;
	}
	return verdict;
}

static void count_io(struct remap_c *rc, struct remap_io *io,
		     unsigned int epoch)
{
	this_cpu_inc(*rc->in_flight[epoch]);
	io->flags |= REMAP_IO_COUNTED + epoch * REMAP_IO_EPOCH;
}

static void uncount_io(struct remap_c *rc, struct remap_io *io)
{
	if (!(io->flags & REMAP_IO_COUNTED))
		return;
	/* This CPU's share may fall below zero; only the sum counts. */
	this_cpu_dec(*rc->in_flight[!!(io->flags & REMAP_IO_EPOCH)]);
	io->flags &= ~REMAP_IO_COUNTED;
}

/* May a block of the bio be mapped? Looks at each group's own bit. */
static noinline bool filter_hits(struct remap_c *rc, struct bio *bio)
{
	u64 group = bio->bi_iter.bi_sector >> rc->group_shift;
	u64 last = (bio_end_sector(bio) - 1) >> rc->group_shift;

	if (!bio_sectors(bio) || bio->bi_iter.bi_size > FILTER_BYTES)
		return true;
	do {
		if (test_bit(group & rc->group_mask, rc->filter))
			return true;
	} while (++group <= last);
	return false;
}

/*
 * Is nothing known of any block of the bio? Then it just goes to main, which
 * is the way of nearly every bio; so this is all that it pays, and the rest is
 * kept out of line. Looks at no slot and therefore needs no RCU. A mapping's
 * bit in the filter is set before the bio that caused the mapping completes.
 */
static inline bool nothing_known(struct remap_c *rc, struct bio *bio)
{
	unsigned long attention = READ_ONCE(rc->attention);
	u64 word, last;

	if (likely(!attention))
		return true;
	if (attention != BIT(REMAP_ATT_MAPPED))
		return false;
	/* Bad blocks come in clusters: the word is clear for most bios. */
	word = bio->bi_iter.bi_sector >> rc->word_shift;
	last = (bio_end_sector(bio) - 1) >> rc->word_shift;
	if (likely(word == last &&
		   !READ_ONCE(rc->filter[word & rc->word_mask])))
		return true;
	return !filter_hits(rc, bio);
}

static noinline int map_flush(struct remap_c *rc, struct remap_io *io,
			      struct bio *bio)
{
	bio->bi_iter.bi_sector = 0;
	if (unlikely(test_bit(REMAP_ATT_FAIL, &rc->attention)))
		return finish(io, bio, BLK_STS_IOERR);
	if (dm_bio_get_target_bio_nr(bio)) {
		bio_set_dev(bio, rc->spare->bdev);
		io->flags |= REMAP_IO_SPARE;
	}
	return DM_MAPIO_REMAPPED;
}

static noinline int map_known(struct remap_c *rc, struct remap_io *io,
			      struct bio *bio)
{
	enum verdict verdict;
	unsigned int epoch;

	rcu_read_lock();
	/* Before the look-up; pairs with remap_drain(). */
	epoch = smp_load_acquire(&rc->epoch);
	verdict = map_special(rc, io, bio);
	if (verdict == TO_SPARE && !(io->flags & REMAP_IO_COUNTED))
		count_io(rc, io, epoch);
	rcu_read_unlock();

	/* May have become shorter. */
	io->iter.bi_size = bio->bi_iter.bi_size;
	switch (verdict) {
	case TO_WORKER:
		uncount_io(rc, io);
		return hold(rc, io, bio);
	case DROP:
		return finish(io, bio, BLK_STS_OK);
	case FAIL:
		return finish(io, bio, BLK_STS_IOERR);
	case TO_MAIN:
		if (is_write(bio) &&
		    test_bit(REMAP_ATT_WATCH, &rc->attention))
			io->flags |= REMAP_IO_WATCH;
		break;
	case TO_SPARE:
		break;
	}
	return DM_MAPIO_REMAPPED;
}

int remap_map(struct dm_target *ti, struct bio *bio)
{
	struct remap_c *rc = ti->private;
	struct remap_io *io;

	bio->bi_iter.bi_sector = dm_target_offset(ti, bio->bi_iter.bi_sector);
	bio_set_dev(bio, rc->main->bdev);

	io = dm_per_bio_data(bio, sizeof(*io));
	/* The clone's owner may use it; end_io() then need not look for @io. */
	bio->bi_private = io;
	io->iter = bio->bi_iter;
	io->flags = 0;
	io->start = jiffies;

	if (is_write(bio)) {
		if (unlikely(!bio_sectors(bio)))
			return map_flush(rc, io, bio);
		rcu_read_lock();
		/*
		 * Before anything is looked up. Pairs with remap_drain(),
		 * which waits for this section, then for what was counted.
		 */
		count_io(rc, io, smp_load_acquire(&rc->epoch));
		rcu_read_unlock();
	}
	if (likely(nothing_known(rc, bio)))
		return DM_MAPIO_REMAPPED;
	return map_known(rc, bio->bi_private, bio);
}

static noinline int end_io_slow(struct remap_c *rc, struct remap_io *io,
				struct bio *bio, blk_status_t *status)
{
	bool spare = io->flags & REMAP_IO_SPARE;

	if (io->flags & REMAP_IO_FINAL)
		return DM_ENDIO_DONE;
	if (!*status && (io->flags & REMAP_IO_WATCH)) {
		if (bio_op(bio) == REQ_OP_WRITE ||
		    bio_op(bio) == REQ_OP_WRITE_ZEROES)
			remap_main_wrote(rc);
		return DM_ENDIO_DONE;
	}
	if (!*status) {
		/* The worker notes what it says before it completes. */
		io->flags |= REMAP_IO_NOTE;
		remap_hold(rc, io);
		return DM_ENDIO_INCOMPLETE;
	}
	if ((bio->bi_opf & REQ_NOWAIT) && *status == BLK_STS_AGAIN)
		return DM_ENDIO_DONE;
	if (bio_op(bio) == REQ_OP_WRITE_ZEROES && spare &&
	    (*status == BLK_STS_NOTSUPP || *status == BLK_STS_TARGET)) {
		remap_hold(rc, io);
		return DM_ENDIO_INCOMPLETE;
	}

	switch (remap_classify(*status)) {
	case REMAP_CLASS_PATH:
		if (!spare && !(bio->bi_opf & REQ_RAHEAD))
			remap_halt(rc, "path");
		return DM_ENDIO_DONE;
	case REMAP_CLASS_OTHER:
		return DM_ENDIO_DONE;
	default:
		break;
	}
	if (!io->iter.bi_size || (bio->bi_opf & REQ_RAHEAD) ||
	    (bio_op(bio) != REQ_OP_READ && bio_op(bio) != REQ_OP_WRITE &&
	     bio_op(bio) != REQ_OP_WRITE_ZEROES) ||
	    (!spare && READ_ONCE(rc->halted)))
		return DM_ENDIO_DONE;
	remap_hold(rc, io);
	return DM_ENDIO_INCOMPLETE;
}

int remap_end_io(struct dm_target *ti, struct bio *bio, blk_status_t *status)
{
	struct remap_c *rc = ti->private;
	struct remap_io *io = bio->bi_private;

	uncount_io(rc, io);
	if (likely(!*status && !(io->flags & REMAP_IO_TOLD))) {
		if (likely((u32)jiffies - io->start < rc->slow_jiffies) ||
		    bio_op(bio) != REQ_OP_READ ||
		    io->iter.bi_size > rc->block_sectors << SECTOR_SHIFT)
			return DM_ENDIO_DONE;
	}
	return end_io_slow(rc, io, bio, status);
}
