// SPDX-License-Identifier: GPL-2.0
/*
 * How a bio ends that map() sent on.
 *
 * Nearly every bio just goes to main and succeeds. So that these pay little, the
 * target has no end_io(): map() puts an end of its own before dm's, another one
 * for each kind of bio, which looks at no more than that kind may need. Ends run
 * in any context, also in interrupts.
 */
#include "dm-remap.h"

/* Takes a bio out of the sum that map() counted it in. Context: any. */
void remap_uncount(struct remap_io *io)
{
	/* This CPU's share may fall below zero; only the sum counts. */
	this_cpu_dec(io->in_flight->count);
	io->in_flight = NULL;
}

/**
 * remap_end() - complete a bio with a status that is settled
 * @io: per-bio data
 * @bio: the bio
 * @status: passed on as it is
 *
 * Context: any.
 */
void remap_end(struct remap_io *io, struct bio *bio, blk_status_t status)
{
	bio->bi_end_io = io->end_io;
	bio->bi_status = status;
	bio_endio(bio);
}

static noinline void end_slow(struct remap_io *io, struct bio *bio)
{
	bool spare = io->flags & REMAP_IO_SPARE;
	blk_status_t status = bio->bi_status;
	struct remap_c *rc = io->rc;

	if (!status && (io->flags & REMAP_IO_WATCH)) {
		if (bio_op(bio) == REQ_OP_WRITE ||
		    bio_op(bio) == REQ_OP_WRITE_ZEROES)
			remap_main_wrote(rc);
		goto done;
	}
	if (!status) {
		/* The worker notes what it says before it completes. */
		io->flags |= REMAP_IO_NOTE;
		goto hold;
	}
	if ((bio->bi_opf & REQ_NOWAIT) && status == BLK_STS_AGAIN)
		goto done;
	/*
	 * The block layer makes a write and a flush of it, and this may be the
	 * error of that flush, by which the drive tells once that it dropped
	 * what others have written. It was the write if that fails once more.
	 */
	if (!spare && (bio->bi_opf & REQ_FUA) &&
	    !remap_bdev_fua(rc->main->bdev))
		io->flags |= REMAP_IO_DOUBT;
	if (bio_op(bio) == REQ_OP_WRITE_ZEROES && spare &&
	    (status == BLK_STS_NOTSUPP || status == BLK_STS_TARGET))
		goto hold;

	switch (remap_classify(status)) {
	case REMAP_CLASS_PATH:
		if (!spare && !(bio->bi_opf & REQ_RAHEAD))
			remap_halt(rc, "path");
		goto done;
	case REMAP_CLASS_OTHER:
		goto done;
	default:
		break;
	}
	if (!io->iter.bi_size || (bio->bi_opf & REQ_RAHEAD) ||
	    (bio_op(bio) != REQ_OP_READ && bio_op(bio) != REQ_OP_WRITE &&
	     bio_op(bio) != REQ_OP_WRITE_ZEROES) ||
	    (!spare && READ_ONCE(rc->halted)))
		goto done;
hold:
	remap_hold(rc, io);
	return;
done:
	io->end_io(bio);
}

/* Did it take so long that its block is to be noted? */
static bool is_slow(const struct remap_io *io, const struct bio *bio)
{
	return (u32)jiffies - io->start > io->rc->slow_jiffies &&
	       bio_op(bio) == REQ_OP_READ &&
	       io->iter.bi_size <= io->rc->block_sectors << SECTOR_SHIFT;
}

/* A read, and what else writes nothing, of main. */
void remap_end_read(struct bio *bio)
{
	struct remap_io *io = bio->bi_private;

	if (likely(!bio->bi_status && !is_slow(io, bio))) {
		io->end_io(bio);
		return;
	}
	io->flags = 0;
	end_slow(io, bio);
}

/**
 * remap_long_read_io() - per-bio data of a bio with remap_end_long_read()
 * @bio: the bio, from now on as those with another end
 *
 * Context: any. Return: the data.
 */
struct remap_io *remap_long_read_io(struct bio *bio)
{
	struct remap_io *io = dm_per_bio_data(bio, sizeof(*io));

	io->end_io = bio->bi_private;
	bio->bi_private = io;
	return io;
}

/*
 * A read of several blocks: none of them is known to be a slow one. Its
 * bi_private is dm's end, since nothing else is looked at when it succeeds.
 */
void remap_end_long_read(struct bio *bio)
{
	bio_end_io_t *end_io = bio->bi_private;
	struct remap_io *io;

	if (likely(!bio->bi_status)) {
		end_io(bio);
		return;
	}
	io = remap_long_read_io(bio);
	io->flags = 0;
	end_slow(io, bio);
}

/* A write, a discard and the like, to main. */
void remap_end_write(struct bio *bio)
{
	struct remap_io *io = bio->bi_private;

	this_cpu_dec(io->in_flight->count);
	if (likely(!bio->bi_status)) {
		io->end_io(bio);
		return;
	}
	io->rc = raw_cpu_read(io->in_flight->rc);
	io->flags = 0;
	end_slow(io, bio);
}

/*
 * A flush of main or of the spare. One that the target sent before may have told
 * it alone that the drive dropped what it could not write: then this one fails,
 * since no flush would say so again.
 */
void remap_end_flush(struct bio *bio)
{
	struct remap_io *io = bio->bi_private;
	bool spare = io->flags & REMAP_IO_SPARE;
	struct remap_c *rc = io->rc;

	/* Not to be relied upon by a commit either, see remap_commit(). */
	if (bio->bi_status)
		atomic_inc(&rc->flush_errors[spare]);
	if (!bio->bi_status && READ_ONCE(rc->flush_failed) &&
	    test_and_clear_bit(spare, &rc->flush_failed))
		bio->bi_status = BLK_STS_IOERR;
	if (bio->bi_status)
		end_slow(io, bio);
	else
		io->end_io(bio);
}

/* What map() looked closer at. */
void remap_end_known(struct bio *bio)
{
	struct remap_io *io = bio->bi_private;

	if (io->in_flight)
		remap_uncount(io);
	if (!bio->bi_status && !(io->flags & REMAP_IO_TOLD) &&
	    !is_slow(io, bio))
		io->end_io(bio);
	else
		end_slow(io, bio);
}
