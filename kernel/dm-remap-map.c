// SPDX-License-Identifier: GPL-2.0
/*
 * Where every bio goes: map(). What becomes of it is in dm-remap-end.c.
 */
#include "dm-remap-filter.h"

#define LOOK_SECTORS	131072u

/* Reads up to here may be of one block alone, which can be slow. */
#define SHORT_READ_BYTES	(REMAP_MAX_BLOCK_SECTORS << SECTOR_SHIFT)

/* Longest run of mapped blocks that is looked for. */
#define RUN_SECTORS	2048u

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

static bool is_waiting(struct remap_c *rc, u64 block)
{
	return xa_load(&rc->pending, block) || xa_load(&rc->gates, block);
}

/*
 * Blocks that were moved together mostly lie together on the spare too: how many
 * of the @sectors can go there in one bio, of which @count, up to the end of
 * @block, do anyway?
 */
static unsigned int run_on_spare(struct remap_c *rc, struct bio *bio, u64 block,
				 u32 slot, unsigned int count,
				 unsigned int sectors)
{
	sectors = min(sectors, RUN_SECTORS);
	while (count < sectors) {
		unsigned int whole = min(sectors - count, rc->block_sectors);
		unsigned int n = whole;
		struct remap_view view;
		u64 found;

		block++;
		slot++;
		if (is_waiting(rc, block))
			break;
		/* As in find_special(). */
		smp_rmb();
		if (!remap_find(rc, block, block, &view, &found) ||
		    view.slot != slot ||
		    judge_mapped(rc, bio, &view, 0, &n) != TO_SPARE)
			break;
		count += n;
		if (n < whole)
			break;
	}
	return count;
}

/*
 * Is a forced write to the spare just that? Else the block layer would flush, and
 * the error of the flush, which a commit must know of, would look like one of the
 * write.
 */
static bool spare_forces(struct remap_c *rc)
{
	struct block_device *bdev = rc->spare->bdev;

	return !remap_bdev_write_cache(bdev) || remap_bdev_fua(bdev);
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
	if (!xa_empty(&rc->gates) &&
	    xa_find(&rc->gates, &index, last, XA_PRESENT)) {
		*gated = true;
		last = index;
	}
	/*
	 * Gates first: one that is open again was opened after the mapping became
	 * visible. Pairs with remap_ungate().
	 */
	smp_rmb();
	view->mapped = remap_find(rc, first, last, view, &found);
	if (view->mapped && found < last) {
		*gated = false;
		last = found;
	}
	index = first;
	if (!xa_empty(&rc->pending) &&
	    xa_find(&rc->pending, &index, last, XA_PRESENT)) {
		if (index < last) {
			view->mapped = false;
			*gated = false;
			last = index;
		}
		*pending = !view->mapped;
	}
	*block = last;
	return view->mapped || *pending || *gated;
}

/* Have @end called before dm's, with the bio's @io. */
static inline void own_end(struct remap_io *io, struct bio *bio, bio_end_io_t *end)
{
	io->end_io = bio->bi_end_io;
	bio->bi_end_io = end;
	/* The clone's owner may use it. */
	bio->bi_private = io;
}

static noinline int hold(struct remap_c *rc, struct remap_io *io, struct bio *bio)
{
	if (bio->bi_opf & REQ_NOWAIT)
		remap_end(io, bio, BLK_STS_AGAIN);
	else
		remap_hold(rc, io);
	return DM_MAPIO_SUBMITTED;
}

static noinline int finish(struct remap_io *io, struct bio *bio, blk_status_t status)
{
	remap_end(io, bio, status);
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

	if (unlikely(READ_ONCE(rc->failed)))
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

	if (verdict == TO_SPARE && (bio->bi_opf & REQ_FUA) &&
	    !spare_forces(rc))
		verdict = TO_WORKER;
	if (verdict == TO_SPARE && count == rc->block_sectors - offset &&
	    (bio_op(bio) == REQ_OP_READ || bio_op(bio) == REQ_OP_WRITE))
		count = run_on_spare(rc, bio, block, view.slot, count, sectors);
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

static void count_io(struct remap_io *io,
		     struct remap_flight __percpu *in_flight)
{
	io->in_flight = in_flight;
	this_cpu_inc(in_flight->count);
}

static noinline int map_flush(struct remap_c *rc, struct bio *bio)
{
	struct remap_io *io = bio->bi_private;

	io->rc = rc;
	io->flags = 0;
	io->in_flight = NULL;
	bio->bi_end_io = remap_end_flush;
	bio->bi_iter.bi_sector = 0;
	if (unlikely(READ_ONCE(rc->failed)))
		return finish(io, bio, BLK_STS_IOERR);
	if (dm_bio_get_target_bio_nr(bio)) {
		bio_set_dev(bio, rc->spare->bdev);
		io->flags |= REMAP_IO_SPARE;
	}
	return DM_MAPIO_REMAPPED;
}

/* Looks at every block. A write is counted already, see remap_map(). */
static noinline int map_known(struct remap_c *rc, struct bio *bio)
{
	struct remap_flight __percpu *in_flight;
	enum verdict verdict;
	struct remap_io *io;

	io = bio->bi_end_io == remap_end_long_read ? remap_long_read_io(bio) :
						     bio->bi_private;
	io->rc = rc;
	io->flags = 0;
	io->start = jiffies;
	bio->bi_end_io = remap_end_known;
	if (!is_write(bio))
		io->in_flight = NULL;

	rcu_read_lock();
	/* Before the look-up; pairs with remap_drain(). */
	in_flight = smp_load_acquire(&rc->in_flight);
	verdict = map_special(rc, io, bio);
	if (verdict == TO_SPARE && !io->in_flight)
		count_io(io, in_flight);
	rcu_read_unlock();

	/* May have become shorter. */
	io->iter.bi_size = bio->bi_iter.bi_size;
	switch (verdict) {
	case TO_MAIN:
		if (is_write(bio) && READ_ONCE(rc->refused))
			io->flags |= REMAP_IO_WATCH;
		return DM_MAPIO_REMAPPED;
	case TO_SPARE:
		return DM_MAPIO_REMAPPED;
	default:
		break;
	}

	if (io->in_flight)
		remap_uncount(io);
	switch (verdict) {
	case TO_WORKER:
		return hold(rc, io, bio);
	case DROP:
		return finish(io, bio, BLK_STS_OK);
	default:
		return finish(io, bio, BLK_STS_IOERR);
	}
}

/* Looks at each group's bit first. */
static noinline int map_near(struct remap_c *rc, struct bio *bio)
{
	unsigned int sectors = bio_sectors(bio);

	if (sectors && sectors <= LOOK_SECTORS &&
	    !remap_filter_hits(READ_ONCE(rc->filter), bio->bi_iter.bi_sector,
			       sectors))
		return DM_MAPIO_REMAPPED;
	return map_known(rc, bio);
}

static inline void count_write(struct remap_c *rc, struct remap_io *io)
{
	rcu_read_lock_sched();
	/*
	 * Before anything is looked up. Pairs with remap_drain(), which waits
	 * for this section, then for what was counted.
	 */
	count_io(io, smp_load_acquire(&rc->in_flight));
	rcu_read_unlock_sched();
}

/* A write of no sectors, or one that does not fit in one window of the filter. */
static noinline int map_odd_write(struct remap_c *rc, struct bio *bio)
{
	if (!bio->bi_iter.bi_size)
		return map_flush(rc, bio);
	count_write(rc, bio->bi_private);
	return map_near(rc, bio);
}

/**
 * remap_map() - send a bio where its blocks are
 * @ti: target
 * @bio: dm's clone; becomes shorter where its blocks are not together
 *
 * Nearly every bio goes to main, after a glance at the filter, which has the
 * bits of a mapping before the bio that caused the mapping completes.
 *
 * Context: process; sleeps no more than dm itself.
 * Return: DM_MAPIO_REMAPPED or DM_MAPIO_SUBMITTED.
 */
int remap_map(struct dm_target *ti, struct bio *bio)
{
	struct remap_c *rc = ti->private;
	struct bvec_iter iter;
	struct remap_io *io;

	bio->bi_iter.bi_sector = dm_target_offset(ti, bio->bi_iter.bi_sector);
	bio_set_dev(bio, rc->main_bdev);

	io = dm_per_bio_data(bio, sizeof(*io));
	iter = bio->bi_iter;
	io->iter = iter;

	/* What is tested first here is what can spare the fewest instructions. */
	if (is_write(bio)) {
		own_end(io, bio, remap_end_write);
		if (unlikely(iter.bi_size - 1 >= REMAP_WINDOW_BIO_BYTES))
			return map_odd_write(rc, bio);
		count_write(rc, io);
	} else if (likely(iter.bi_size > SHORT_READ_BYTES &&
			  iter.bi_size <= REMAP_WINDOW_BIO_BYTES)) {
		io->rc = rc;
		bio->bi_private = bio->bi_end_io;
		bio->bi_end_io = remap_end_long_read;
	} else {
		io->rc = rc;
		own_end(io, bio, remap_end_read);
		io->start = jiffies;
		if (unlikely(iter.bi_size > REMAP_WINDOW_BIO_BYTES))
			return map_near(rc, bio);
	}
	if (likely(!remap_filter_glance(READ_ONCE(rc->filter), iter.bi_sector)))
		return DM_MAPIO_REMAPPED;
	return map_near(rc, bio);
}
