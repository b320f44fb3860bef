// SPDX-License-Identifier: GPL-2.0
/*
 * The target's own I/O: synchronous, from workers and message handlers.
 */
#include <linux/mm.h>

#include "dm-remap.h"

#define PASSED_FLAGS	(REQ_SYNC | REQ_META | REQ_PRIO | REQ_IDLE)

static blk_status_t submit_and_put(struct bio *bio)
{
	blk_status_t status;

	submit_bio_wait(bio);
	status = bio->bi_status;
	bio_put(bio);
	return status;
}

/**
 * remap_io_pages() - read or write an array of pages
 * @rc: target
 * @bdev: device
 * @sector: first sector
 * @pages: the pages
 * @offset: bytes to skip in them
 * @sectors: length; at most BIO_MAX_VECS pages
 * @opf: operation and flags
 *
 * Context: process, may be on the I/O path.
 * Return: status of the bio.
 */
blk_status_t remap_io_pages(struct remap_c *rc, struct block_device *bdev,
			    sector_t sector, struct page **pages,
			    unsigned int offset, unsigned int sectors,
			    blk_opf_t opf)
{
	unsigned int left = sectors << SECTOR_SHIFT;
	unsigned int n = offset >> PAGE_SHIFT;
	struct bio *bio;

	offset &= ~PAGE_MASK;
	bio = remap_bio_alloc(bdev, DIV_ROUND_UP(offset + left, PAGE_SIZE),
			      opf | REQ_SYNC, &rc->bios);
	bio->bi_iter.bi_sector = sector;
	while (left) {
		unsigned int len = min_t(unsigned int, left,
					 PAGE_SIZE - offset);

		__bio_add_page(bio, pages[n++], len, offset);
		left -= len;
		offset = 0;
	}
	return submit_and_put(bio);
}

/**
 * remap_io_buffer() - read or write a buffer
 * @rc: target
 * @bdev: device
 * @sector: first sector
 * @buffer: from the page allocator
 * @bytes: whole sectors, in at most REMAP_IO_PAGES pages
 * @opf: operation and flags
 *
 * Context: process, may be on the I/O path.
 * Return: status of the bio.
 */
blk_status_t remap_io_buffer(struct remap_c *rc, struct block_device *bdev,
			     sector_t sector, void *buffer,
			     unsigned int bytes, blk_opf_t opf)
{
	struct page *pages[REMAP_IO_PAGES];
	unsigned int offset = offset_in_page(buffer), i;

	for (i = 0; i << PAGE_SHIFT < offset + bytes; i++)
		pages[i] = virt_to_page(buffer + (i << PAGE_SHIFT));
	return remap_io_pages(rc, bdev, sector, pages, offset,
			      bytes >> SECTOR_SHIFT, opf);
}

static struct bio *zeroes(struct remap_c *rc, struct block_device *bdev,
			  unsigned int sectors, blk_opf_t opf)
{
	unsigned int left = sectors << SECTOR_SHIFT;
	struct bio *bio;

	bio = remap_bio_alloc(bdev, DIV_ROUND_UP(left, PAGE_SIZE),
			      REQ_OP_WRITE | opf, &rc->bios);
	while (left) {
		unsigned int len = min_t(unsigned int, left, PAGE_SIZE);

		__bio_add_page(bio, ZERO_PAGE(0), len, 0);
		left -= len;
	}
	return bio;
}

/*
 * Must this write of a held bio be durable when that completes? The block layer
 * took REQ_FUA off one that was for a device without a write cache.
 */
static bool must_stay(struct remap_c *rc, const struct remap_io *io,
		      const struct bio *from)
{
	if (bio_op(from) != REQ_OP_WRITE && bio_op(from) != REQ_OP_WRITE_ZEROES)
		return false;
	return (from->bi_opf & REQ_FUA) ||
	       !remap_bdev_write_cache(io->flags & REMAP_IO_SPARE ?
				       rc->spare->bdev : rc->main->bdev);
}

/**
 * remap_io_part() - issue part of a held bio again, alone
 * @rc: target
 * @io: the held bio
 * @bdev: where to
 * @sector: where to
 * @skip: sectors of the bio before the part
 * @sectors: length of the part, within one block
 *
 * Uses the bio's own pages. REQ_NOMERGE keeps the block layer from joining it
 * with neighbours, whose errors would then look like its own. Write-zeroes is
 * done by writing zero pages, which every device can.
 *
 * A write that is to be durable may be so only after remap_io_settle().
 */
blk_status_t remap_io_part(struct remap_c *rc, struct remap_io *io,
			   struct block_device *bdev, sector_t sector,
			   unsigned int skip, unsigned int sectors)
{
	struct bio *from = dm_bio_from_per_bio_data(io, sizeof(*io));
	blk_opf_t opf = (from->bi_opf & PASSED_FLAGS) | REQ_NOMERGE;
	bool stays = must_stay(rc, io, from) && remap_bdev_write_cache(bdev);
	blk_status_t status;
	struct bio *bio;

	if (stays && remap_bdev_fua(bdev))
		opf |= REQ_FUA;
	if (bio_op(from) == REQ_OP_WRITE_ZEROES) {
		bio = zeroes(rc, bdev, sectors, opf);
	} else {
		bio = remap_bio_clone(bdev, from, &rc->bios);
		bio->bi_opf = bio_op(from) | opf;
		bio->bi_iter = io->iter;
		bio_advance(bio, skip << SECTOR_SHIFT);
		bio->bi_iter.bi_size = sectors << SECTOR_SHIFT;
	}
	bio->bi_iter.bi_sector = sector;
	status = submit_and_put(bio);
	if (status)
		io->flags &= ~REMAP_IO_DOUBT;
	else if (stays && !(opf & REQ_FUA))
		io->flags |= bdev == rc->spare->bdev ? REMAP_IO_FLUSH_SPARE :
						       REMAP_IO_FLUSH_MAIN;
	return status;
}

/**
 * remap_next_run() - next run of set bits of a sector mask
 * @mask: the mask
 * @from: where to look; becomes the first bit of the run
 * @end: where to stop
 *
 * Return: length of the run, 0 when there is none.
 */
unsigned int remap_next_run(const u64 *mask, unsigned int *from,
			    unsigned int end)
{
	unsigned int n = 0;

	while (*from < end && !remap_bit(mask, *from))
		(*from)++;
	while (*from + n < end && remap_bit(mask, *from + n))
		n++;
	return n;
}

struct own_flush {
	struct remap_c *rc;
	bool spare;
	struct completion done;
};

/*
 * Here, not when the waiting thread runs again: a flush that was queued behind
 * this one may be done by then, and whoever relies on that asks for these.
 */
static void own_flush_done(struct bio *bio)
{
	struct own_flush *f = bio->bi_private;

	if (bio->bi_status) {
		atomic_inc(&f->rc->flush_errors[f->spare]);
		set_bit(f->spare, &f->rc->flush_failed);
	}
	complete(&f->done);
}

/**
 * remap_flush() - make durable what was written to a device
 * @rc: target
 * @bdev: main's or the spare's
 *
 * What a drive could not write from its cache it may drop, and it says so once:
 * with a flush that fails. Somebody else's write may be among that, so the next
 * flush that a user sends there fails too, see remap_end_flush().
 *
 * Context: process, may be on the I/O path.
 * Return: status of the flush.
 */
blk_status_t remap_flush(struct remap_c *rc, struct block_device *bdev)
{
	struct own_flush f = { .rc = rc, .spare = bdev == rc->spare->bdev };
	blk_status_t status;
	struct bio *bio;

	init_completion(&f.done);
	bio = remap_bio_alloc(bdev, 0, REQ_OP_WRITE | REQ_PREFLUSH | REQ_SYNC,
			      &rc->bios);
	bio->bi_private = &f;
	bio->bi_end_io = own_flush_done;
	submit_bio(bio);
	wait_for_completion_io(&f.done);
	status = bio->bi_status;
	bio_put(bio);
	if (status)
		DMERR_LIMIT("%s: %s cannot write what is in its cache",
			    remap_name(rc), f.spare ? rc->spare->name :
						      rc->main->name);
	return status;
}

/**
 * remap_write_durable() - write a unit to the spare so that it stays
 * @rc: target
 * @sector: where to
 * @unit: REMAP_UNIT bytes from the page allocator
 *
 * A device without FUA would flush by itself, and an error of that flush could
 * not be told from one of the write; so it is flushed here.
 *
 * Context: process, may be on the I/O path.
 * Return: whether it is durable.
 */
bool remap_write_durable(struct remap_c *rc, sector_t sector, void *unit)
{
	struct block_device *bdev = rc->spare->bdev;
	int errors = atomic_read(&rc->flush_errors[1]);
	bool fua = remap_bdev_fua(bdev);

	if (remap_io_buffer(rc, bdev, sector, unit, REMAP_UNIT,
			    REQ_OP_WRITE | REQ_META | REQ_PRIO |
			    (fua ? REQ_FUA : 0)))
		return false;
	/* One that somebody else sent may have been told that it is lost. */
	if (fua)
		return true;
	return !remap_flush(rc, bdev) &&
	       errors == atomic_read(&rc->flush_errors[1]);
}

/* Has no flush failed that may have dropped what was written of a held bio? */
static bool is_kept(struct remap_c *rc, const struct remap_io *io, bool spare)
{
	return io->flush_errors[spare] == atomic_read(&rc->flush_errors[spare]);
}

/*
 * What was written works now: it was the flush that had failed, before this was
 * written once more. It is told once of all that it failed: who was held after it
 * and finds that others were counted since knows that it is told. A user's own
 * flush that failed meanwhile tells nobody else.
 */
static void count_doubt(struct remap_c *rc, struct remap_io *io)
{
	if (atomic_cmpxchg(&rc->doubts, io->doubts, io->doubts + 1) !=
	    io->doubts)
		return;
	atomic_inc(&rc->flush_errors[0]);
	io->flush_errors[0]++;
	set_bit(0, &rc->flush_failed);
}

/**
 * remap_io_settle() - after the last part of a held bio, before it completes
 * @rc: target
 * @io: the held bio; its @status is the result
 *
 * Context: process, may be on the I/O path.
 * Return: whether all of it must be written once more to be durable, as a flush
 * that failed meanwhile may have dropped it.
 */
bool remap_io_settle(struct remap_c *rc, struct remap_io *io)
{
	bool kept = true;

	if (io->flags & REMAP_IO_DOUBT)
		count_doubt(rc, io);
	if (!io->status && (io->flags & REMAP_IO_FLUSH_SPARE)) {
		if (remap_flush(rc, rc->spare->bdev))
			io->status = BLK_STS_IOERR;
		kept = is_kept(rc, io, 1);
	}
	if (!io->status && (io->flags & REMAP_IO_FLUSH_MAIN)) {
		if (remap_flush(rc, rc->main->bdev))
			io->status = BLK_STS_IOERR;
		kept &= is_kept(rc, io, 0);
	}
	return !io->status && !kept;
}

/**
 * remap_io_committed() - a commit has flushed the spare
 * @rc: target
 * @io: held bio of which parts may have been written there
 */
void remap_io_committed(struct remap_c *rc, struct remap_io *io)
{
	if (is_kept(rc, io, 1))
		io->flags &= ~REMAP_IO_FLUSH_SPARE;
}

static bool disk_gone(struct block_device *bdev)
{
#ifdef GD_DEAD
	if (test_bit(GD_DEAD, &bdev->bd_disk->state))
		return true;
#endif
	return blk_queue_dying(bdev_get_queue(bdev));
}

/**
 * remap_spare_alive() - does the spare answer at all?
 * @rc: target
 *
 * As for main. The places of the superblocks are far from each other.
 *
 * Context: process, may be on the I/O path.
 */
bool remap_spare_alive(struct remap_c *rc)
{
	struct block_device *bdev = rc->spare->bdev;
	unsigned int n = bdev_logical_block_size(bdev) >> SECTOR_SHIFT;
	unsigned int i;

	for (i = 0; i < REMAP_PLACES && !disk_gone(bdev); i++)
		if (!remap_io_pages(rc, bdev,
				    remap_place(rc->super.layout.units, i) *
				    REMAP_UNIT_SECTORS, &rc->probe_page, 0, n,
				    REQ_OP_READ | REQ_NOMERGE))
			return true;
	return false;
}

/**
 * remap_main_alive() - does main answer at all?
 * @rc: target
 * @suspect_block: block that failed
 *
 * A disk that was pulled fails everything with a plain I/O error on some
 * paths. Reads a few places far from each other; a bad block does not share
 * its fate with all of them.
 */
bool remap_main_alive(struct remap_c *rc, u64 suspect_block)
{
	struct block_device *bdev = rc->main->bdev;
	unsigned int n = bdev_logical_block_size(bdev) >> SECTOR_SHIFT;
	bool asked = false;
	unsigned int i;

	for (i = 0; i <= 4; i++) {
		u64 block = mul_u64_u32_div(rc->main_blocks - 1, i, 4);

		if (disk_gone(bdev))
			return false;
		if (block == suspect_block)
			continue;
		if (!remap_io_pages(rc, bdev, block << rc->block_shift,
				    &rc->probe_page, 0, n,
				    REQ_OP_READ | REQ_NOMERGE))
			return true;
		asked = true;
	}
	return !asked;
}
