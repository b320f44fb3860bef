// SPDX-License-Identifier: GPL-2.0
/*
 * Writing metadata where none was, and making more of the table ready.
 */
#include <linux/ktime.h>
#include <linux/minmax.h>

#include "dm-remap.h"

#define IO_UNITS	(REMAP_IO_PAGES * PAGE_SIZE / REMAP_UNIT)
/* How much of the table is made ready at a time, in units. */
#define GROW_UNITS	1024

static const char btrfs_magic[8] = "_BHRfS_M";
#define BTRFS_UNIT	16
#define BTRFS_OFFSET	64

/**
 * remap_check_blank() - may this spare be formatted?
 * @rc: target
 *
 * Reads every place a superblock may stand. btrfs keeps its own, and nothing
 * before it, where none of these is, so that is looked for by name.
 *
 * Return: 0; -EEXIST when something is there; -EIO when a place cannot be
 * read. The reason is in the kernel log.
 */
int remap_check_blank(struct remap_c *rc)
{
	u64 units = rc->super.layout.units;
	unsigned int i;
	int r = 0;

	mutex_lock(&rc->commit_mutex);
	for (i = 0; i <= REMAP_PLACES && !r; i++) {
		u64 unit = i < REMAP_PLACES ? remap_place(units, i) :
					      BTRFS_UNIT;

		if (remap_io_buffer(rc, rc->spare->bdev,
				    unit * REMAP_UNIT_SECTORS, rc->unit,
				    REMAP_UNIT, REQ_OP_READ)) {
			DMERR("%s: spare %s cannot be read at sector %llu, take another one",
			      remap_name(rc), rc->spare->name,
			      unit * REMAP_UNIT_SECTORS);
			r = -EIO;
		} else if (i < REMAP_PLACES ? !remap_unit_is_zero(rc->unit) :
			   !memcmp(rc->unit + BTRFS_OFFSET, btrfs_magic,
				   sizeof(btrfs_magic))) {
			DMERR("%s: spare %s is not blank (sector %llu); wipe it, or omit 'format'",
			      remap_name(rc), rc->spare->name,
			      unit * REMAP_UNIT_SECTORS);
			r = -EEXIST;
		}
	}
	mutex_unlock(&rc->commit_mutex);
	return r;
}

/* Write empty units [from, to) of the table of one copy, side by side. */
static bool clear_run(struct remap_c *rc, unsigned int copy, u64 from, u64 to)
{
	unsigned int i, n = to - from;

	if (remap_moved_among(&rc->super, copy, from, n))
		return false;
	memset(rc->state_buf, 0, round_up(n * REMAP_UNIT, PAGE_SIZE));
	for (i = 0; i < n; i++)
		remap_unit_seal(rc->state_buf + i * REMAP_UNIT,
				REMAP_MAGIC_TABLE, rc->super.uuid,
				rc->sequence, from + i);
	return !remap_io_buffer(rc, rc->spare->bdev,
				remap_table_sector(rc, copy, from),
				rc->state_buf, n * REMAP_UNIT,
				REQ_OP_WRITE | REQ_META);
}

/* As clear_run(), each unit by itself; one that cannot be written is moved. */
static int clear_units(struct remap_c *rc, unsigned int copy, u64 from, u64 to)
{
	/* The caller writes the superblock in any case. */
	bool moved;

	for (; from < to; from++) {
		memset(rc->unit, 0, REMAP_UNIT);
		remap_unit_seal(rc->unit, REMAP_MAGIC_TABLE, rc->super.uuid,
				rc->sequence, from);
		if (!remap_write_unit(rc, copy, from, &moved))
			return -EIO;
	}
	return 0;
}

static int clear_table(struct remap_c *rc, unsigned int copy, u64 from, u64 to)
{
	for (; from < to; from += IO_UNITS) {
		u64 end = min(to, from + IO_UNITS);

		if (!clear_run(rc, copy, from, end) &&
		    clear_units(rc, copy, from, end))
			return -EIO;
	}
	return 0;
}

/* Clear units of the table in both copies, durable. @done: in which it worked. */
static int clear_copies(struct remap_c *rc, u64 from, u64 to, bool *done)
{
	int errors = atomic_read(&rc->flush_errors[1]);
	unsigned int i, written = 0;

	for (i = 0; i < REMAP_COPIES; i++) {
		done[i] = !clear_table(rc, i, from, to);
		written += done[i];
	}
	if (!written)
		return -EIO;
	if (remap_flush(rc, rc->spare->bdev) ||
	    errors != atomic_read(&rc->flush_errors[1]))
		return -EREMOTEIO;
	return 0;
}

/**
 * remap_grow_table() - initialise more units of the table
 * @rc: target
 * @units: how many must be ready
 *
 * The superblock says how many are ready, so a spare of any size is formatted
 * in an instant.
 *
 * Context: process; caller holds spare_mutex or is alone.
 * Return: 0 or -EIO.
 */
int remap_grow_table(struct remap_c *rc, u64 units)
{
	u64 from = rc->super.table_ready;
	u64 to = min_t(u64, rc->super.layout.table_units,
		       round_up(units, GROW_UNITS));
	int r = -EREMOTEIO;
	unsigned int i, tries;
	bool done[REMAP_COPIES];

	if (READ_ONCE(rc->read_only))
		return -EIO;
	mutex_lock(&rc->state_mutex);
	mutex_lock(&rc->commit_mutex);
	rc->sequence++;
	for (tries = 0; r == -EREMOTEIO && tries < REMAP_FLUSH_TRIES; tries++)
		r = clear_copies(rc, from, to, done);
	if (r)
		r = -EIO;
	for (i = 0; i < REMAP_COPIES; i++)
		if (!done[i])
			remap_copy_failed(rc, i);
	/* A copy lacks nothing as long as the table has not grown. */
	for (i = 0; i < REMAP_COPIES && !r; i++)
		if (!done[i] &&
		    remap_note_missed(rc, i, REMAP_MISSED_ALL) < 0)
			r = -EIO;
	if (!r) {
		rc->super.table_ready = to;
		r = remap_write_super(rc);
		if (r)
			rc->super.table_ready = from;
	}
	mutex_unlock(&rc->commit_mutex);
	mutex_unlock(&rc->state_mutex);
	return r;
}

/**
 * remap_format() - write new metadata
 * @rc: target; remap_check_blank() has said yes
 *
 * The superblocks come last: a format that was cut short leaves a spare that
 * is still blank where it counts.
 */
int remap_format(struct remap_c *rc)
{
	int r;

	rc->super.version = REMAP_VERSION;
	rc->super.created = ktime_get_real_seconds();
	rc->super.main_sectors = rc->main_sectors;
	rc->super.main_logical = bdev_logical_block_size(rc->main->bdev);
	rc->super.table_ready = 0;
	rc->super.missed_count = 0;
	rc->super.moved_count = 0;
	rc->super.moved_blocks = 0;
	rc->witness = false;
	r = remap_grow_table(rc, 1);
	if (r)
		DMERR("%s: spare %s cannot be written, take another one",
		      remap_name(rc), rc->spare->name);
	return r;
}

/**
 * remap_unformat() - make a spare blank again that remap_format() has written
 * @rc: target; nothing was mapped since
 *
 * All places were blank then, so none of them holds anything of anybody else.
 * What is left of the table means nothing without a superblock.
 */
void remap_unformat(struct remap_c *rc)
{
	unsigned int i, failed = 0;

	mutex_lock(&rc->commit_mutex);
	memset(rc->unit, 0, REMAP_UNIT);
	for (i = 0; i < REMAP_PLACES; i++)
		failed += !!remap_io_buffer(rc, rc->spare->bdev,
					    remap_place(rc->super.layout.units,
							i) *
					    REMAP_UNIT_SECTORS, rc->unit,
					    REMAP_UNIT, REQ_OP_WRITE | REQ_FUA |
					    REQ_META);
	mutex_unlock(&rc->commit_mutex);
	if (failed)
		DMERR("%s: spare %s may be left formatted; if so, omit 'format'",
		      remap_name(rc), rc->spare->name);
}
