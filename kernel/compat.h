/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between kernels. Decided by the probes in Kbuild or by what the
 * headers define, never by a version number.
 */
#ifndef DM_REMAP_COMPAT_H
#define DM_REMAP_COMPAT_H

#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/device-mapper.h>
#include <linux/part_stat.h>
#ifdef REMAP_ASM_UNALIGNED
#include <asm/unaligned.h>
#else
#include <linux/unaligned.h>
#endif

/* The bit of dm_table_get_mode() that allows writing. */
#ifdef BLK_OPEN_WRITE
#define REMAP_MODE_WRITE BLK_OPEN_WRITE
#else
#define REMAP_MODE_WRITE FMODE_WRITE
#endif

#ifdef REMAP_NO_BLK_OPF_T
#define blk_opf_t unsigned int
#endif

static inline struct bio *remap_bio_alloc(struct block_device *bdev,
					  unsigned short pages, blk_opf_t opf,
					  struct bio_set *bs)
{
#ifdef REMAP_OLD_BIO_ALLOC
	struct bio *bio = bio_alloc_bioset(GFP_NOIO, pages, bs);

	bio_set_dev(bio, bdev);
	bio->bi_opf = opf;
	return bio;
#else
	return bio_alloc_bioset(bdev, pages, opf, GFP_NOIO, bs);
#endif
}

/* A clone whose sector counts from the start of @bdev. */
static inline struct bio *remap_bio_clone(struct block_device *bdev,
					  struct bio *from, struct bio_set *bs)
{
#ifdef REMAP_OLD_BIO_ALLOC
	struct bio *bio = bio_clone_fast(from, GFP_NOIO, bs);

	bio_set_dev(bio, bdev);
#else
	struct bio *bio = bio_alloc_clone(bdev, from, GFP_NOIO, bs);
#endif

	/*
	 * A clone for the same partition takes over that the start of the
	 * partition was added already, but its sector is set anew.
	 */
#ifndef REMAP_NO_BIO_REMAPPED
	bio_clear_flag(bio, BIO_REMAPPED);
#endif
	return bio;
}

static inline sector_t remap_bdev_sectors(struct block_device *bdev)
{
#ifdef REMAP_NO_BDEV_NR_SECTORS
	return i_size_read(bdev->bd_inode) >> SECTOR_SHIFT;
#else
	return bdev_nr_sectors(bdev);
#endif
}

static inline unsigned int remap_bdev_max_discard(struct block_device *bdev)
{
#ifdef REMAP_NO_BDEV_MAX_DISCARD
	struct request_queue *q = bdev_get_queue(bdev);

	return blk_queue_discard(q) ? q->limits.max_discard_sectors : 0;
#else
	return bdev_max_discard_sectors(bdev);
#endif
}

/*
 * Can the device make one write durable without a flush of all others? What lies
 * below a stacked device is not known, whatever it says.
 */
static inline bool remap_bdev_fua(struct block_device *bdev)
{
	if (!queue_is_mq(bdev_get_queue(bdev)))
		return false;
#ifdef REMAP_NO_BDEV_FUA
	return blk_queue_fua(bdev_get_queue(bdev));
#else
	return bdev_fua(bdev);
#endif
}

/* May a write to the device be lost after it has ended, until it is flushed? */
static inline bool remap_bdev_write_cache(struct block_device *bdev)
{
#ifdef REMAP_NO_BDEV_WRITE_CACHE
	return test_bit(QUEUE_FLAG_WC, &bdev_get_queue(bdev)->queue_flags);
#else
	return bdev_write_cache(bdev);
#endif
}

/* Requests to a disk that are done, since it appeared. */
static inline u64 remap_disk_requests(struct gendisk *disk)
{
#ifdef REMAP_EMBEDDED_PART0
	return part_stat_read_accum(&disk->part0, ios);
#else
	return part_stat_read_accum(disk->part0, ios);
#endif
}

/* Requests to a disk that are under way. */
static inline unsigned long remap_disk_in_flight(struct gendisk *disk)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
#ifdef REMAP_EMBEDDED_PART0
		sum += part_stat_local_read_cpu(&disk->part0, in_flight[0],
						cpu);
		sum += part_stat_local_read_cpu(&disk->part0, in_flight[1],
						cpu);
#else
		sum += part_stat_local_read_cpu(disk->part0, in_flight[0], cpu);
		sum += part_stat_local_read_cpu(disk->part0, in_flight[1], cpu);
#endif
	}
	return sum;
}

#endif
