// SPDX-License-Identifier: GPL-2.0
/*
 * The scanner's reads. What they bring is not looked at; whether they work and
 * how long they take is.
 */
#include <linux/ioprio.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "dm-remap-scan.h"

void remap_scan_free_pages(struct page **pages)
{
	unsigned int i;

	if (!pages)
		return;
	for (i = 0; i < REMAP_SCAN_PAGES; i++)
		if (pages[i])
			__free_page(pages[i]);
	kvfree(pages);
}

/* What a scan reads into. Return: NULL without memory. Context: process. */
struct page **remap_scan_alloc_pages(void)
{
	unsigned int noio = memalloc_noio_save(), i;
	struct page **pages;

	pages = kvcalloc(REMAP_SCAN_PAGES, sizeof(*pages), GFP_KERNEL);
	for (i = 0; pages && i < REMAP_SCAN_PAGES; i++) {
		pages[i] = alloc_page(GFP_KERNEL);
		if (!pages[i]) {
			remap_scan_free_pages(pages);
			pages = NULL;
		}
	}
	memalloc_noio_restore(noio);
	return pages;
}

struct scan_io {
	struct completion done;
	u64 first;			/* main block */
	unsigned int count;		/* blocks */
	ktime_t start;
	ktime_t end;
	blk_status_t status;
};

static void end_read(struct bio *bio)
{
	struct scan_io *io = bio->bi_private;

	io->end = ktime_get();
	io->status = bio->bi_status;
	bio_put(bio);
	complete(&io->done);
}

/* Begin a read of neighbouring blocks at the lowest priority. */
static void begin_read(struct remap_c *rc, struct scan_io *io,
		       struct page **pages)
{
	sector_t sector = (sector_t)io->first << rc->block_shift;
	unsigned int left = min_t(u64, (u64)io->count << rc->block_shift,
				  rc->main_sectors - sector) << SECTOR_SHIFT;
	struct bio *bio;

	bio = remap_bio_alloc(rc->main->bdev, DIV_ROUND_UP(left, PAGE_SIZE),
			      REQ_OP_READ | REQ_NOMERGE, &rc->bios);
	bio->bi_iter.bi_sector = sector;
	bio->bi_ioprio = IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0);
	bio->bi_private = io;
	bio->bi_end_io = end_read;
	for (; left; pages++) {
		unsigned int len = min_t(unsigned int, left, PAGE_SIZE);

		__bio_add_page(bio, *pages, len, 0);
		left -= len;
	}
	init_completion(&io->done);
	io->start = ktime_get();
	submit_bio(bio);
}

struct alone {
	struct page **pages;
	u64 block;
};

static blk_status_t try_block(struct remap_c *rc, void *context)
{
	const struct alone *a = context;

	return remap_io_pages(rc, rc->main->bdev,
			      (sector_t)a->block << rc->block_shift, a->pages,
			      0, remap_sectors_of(rc, a->block),
			      REQ_OP_READ | REQ_NOMERGE);
}

/* A block that can be read: was it hard? */
static void judge(struct remap_c *rc, struct alone *a,
		  const struct remap_tries *tries)
{
	unsigned int ms = div_u64(tries->us, USEC_PER_MSEC);
	struct remap_tries again;

	remap_note_latency(rc, tries->us);
	remap_region_latency(rc, a->block, tries->us);
	if (tries->extra)
		remap_note_soft(rc, a->block);
	remap_pending_recovered(rc, a->block);
	if (ms < rc->arg[REMAP_SLOW_MS])
		return;
	/* Somebody else's request may have been in the way. */
	if (remap_read_tries(rc, try_block, a, &again))
		return;
	ms = div_u64(min(again.us, tries->us), USEC_PER_MSEC);
	if (ms >= rc->arg[REMAP_SLOW_MS])
		remap_note_slow(rc, a->block, ms);
}

/* As a user's read would after an error. */
static void read_alone(struct remap_c *rc, struct alone *a)
{
	struct remap_wait_lock w;
	struct remap_tries tries;
	struct remap_view view;
	blk_status_t status;

	remap_lock_block_wait(rc, &w, a->block);
	remap_view(rc, a->block, &view);
	if (!view.mapped) {
		status = remap_read_tries(rc, try_block, a, &tries);
		if (!status)
			judge(rc, a, &tries);
		else if (!remap_read_failed(rc, a->block, false, status,
					    "scan"))
			rc->scan->unknown = a->block;
	}
	remap_unlock_block(rc, &w.lock);
}

/*
 * Each block alone, which may take a failing disk long. Return: blocks that were
 * dealt with; the rest has to wait when it is not all.
 */
static unsigned int narrow(struct remap_c *rc, const struct scan_io *io,
			   struct page **pages)
{
	struct alone a = { .pages = pages };
	unsigned int n;

	for (n = 0; n < io->count && !remap_scan_must_end(rc); n++) {
		a.block = io->first + n;
		remap_scan_does(rc, REMAP_DOING_RETRYING, a.block);
		read_alone(rc, &a);
		/* An error that blames the path says nothing of the block. */
		if (READ_ONCE(rc->halted))
			break;
	}
	return n;
}

static bool is_slow(struct remap_c *rc, const struct scan_io *io)
{
	return ktime_ms_delta(io->end, io->start) >= rc->arg[REMAP_SLOW_MS];
}

/* Is it the read itself that takes long, or what was under way beside it? */
static bool fails_alone(struct remap_c *rc, struct scan_io *io,
			struct page **pages)
{
	remap_scan_does(rc, REMAP_DOING_RETRYING, io->first);
	begin_read(rc, io, pages);
	wait_for_completion_io(&io->done);
	return io->status || is_slow(rc, io);
}

/*
 * Pending blocks that were read among others. One may be pending only since, so
 * that it is read again while nobody else deals with it.
 */
static void recovered(struct remap_c *rc, const struct scan_io *io,
		      struct page **pages)
{
	struct alone a = { .pages = pages };
	unsigned long block;
	void *entry;

	if (xa_empty(&rc->pending))
		return;
	xa_for_each_range(&rc->pending, block, entry, io->first,
			  io->first + io->count - 1) {
		if (remap_scan_must_end(rc))
			return;
		a.block = block;
		read_alone(rc, &a);
	}
}

/* Begin up to REMAP_SCAN_READS reads; mapped blocks are left out. */
static unsigned int begin_reads(struct remap_c *rc, struct scan_io *io,
				struct page **pages, u64 *at, u64 end)
{
	u64 most = max(1u, REMAP_SCAN_READ_SECTORS >> rc->block_shift);
	unsigned int n = 0;

	while (*at < end && n < REMAP_SCAN_READS) {
		u64 found, last = min(end, *at + most) - 1;
		struct remap_view view;
		bool mapped;

		rcu_read_lock();
		mapped = remap_find(rc, *at, last, &view, &found);
		rcu_read_unlock();
		if (mapped && found == *at) {
			++*at;
			continue;
		}
		io[n].first = *at;
		io[n].count = (mapped ? found : last + 1) - *at;
		begin_read(rc, &io[n], pages + n * REMAP_SCAN_PAGES /
					       REMAP_SCAN_READS);
		*at += io[n++].count;
	}
	return n;
}

/**
 * remap_scan_read() - read neighbouring blocks of main
 * @rc: target
 * @pages: REMAP_SCAN_PAGES of them
 * @first: first main block
 * @count: number of blocks
 * @timed: nobody else's requests are in the way
 *
 * Blocks that are mapped, at least in part, are passed over: what main has there
 * is known to be bad. A read that fails is narrowed to blocks, and so is one that
 * is slow and is slow again when nothing else is under way.
 *
 * Context: process.
 * Return: blocks that were dealt with, fewer than @count when there were more
 * than can be read at once, and when remap_scan_must_end() says so.
 */
u64 remap_scan_read(struct remap_c *rc, struct page **pages, u64 first,
		    u64 count, bool timed)
{
	struct scan_io io[REMAP_SCAN_READS];
	unsigned int i, n;
	ktime_t free = 0;
	u64 at = first;

	n = begin_reads(rc, io, pages, &at, first + count);
	for (i = 0; i < n; i++)
		wait_for_completion_io(&io[i].done);
	for (i = 0; i < n; i++) {
		/* As if the disk does one after the other. */
		ktime_t start = max(io[i].start, free);
		u64 us = io[i].end > start ?
			 ktime_us_delta(io[i].end, start) : 0;
		bool slow = is_slow(rc, &io[i]);

		free = max(free, io[i].end);
		if (io[i].status ||
		    (slow && fails_alone(rc, &io[i], pages))) {
			unsigned int dealt = narrow(rc, &io[i], pages);

			if (dealt < io[i].count)
				return io[i].first + dealt - first;
			continue;
		}
		recovered(rc, &io[i], pages);
		if (timed && !slow) {
			remap_note_latency(rc, us);
			remap_region_latency(rc, io[i].first, us);
		}
	}
	return at - first;
}
