/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_LINUX_BLKDEV_H
#define FUZZ_LINUX_BLKDEV_H

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#define SECTOR_SHIFT 9
#define BLK_OPEN_WRITE 2u
#define BLK_STS_OK 0
#define BLK_STS_IOERR 10

#define REQ_OP_READ 0u
#define REQ_OP_WRITE 1u
#define REQ_OP_MASK 255u
#define REQ_SYNC (1u << 8)
#define REQ_META (1u << 9)
#define REQ_PRIO (1u << 10)
#define REQ_FUA (1u << 11)
#define REQ_PREFLUSH (1u << 12)

struct block_device {
	sector_t sectors;
};

struct gendisk;
struct request_queue;
struct kobject;
struct dentry;

unsigned int bdev_max_discard_sectors(struct block_device *bdev);

static inline int blk_status_to_errno(blk_status_t status)
{
	return status == BLK_STS_OK ? 0 : -EIO;
}

static inline struct request_queue *bdev_get_queue(struct block_device *bdev)
{
	return NULL;
}

static inline bool queue_is_mq(struct request_queue *queue)
{
	return true;
}

static inline bool bdev_fua(struct block_device *bdev)
{
	return true;
}

static inline sector_t bdev_nr_sectors(struct block_device *bdev)
{
	return bdev->sectors;
}

static inline bool bdev_write_cache(struct block_device *bdev)
{
	return true;
}

static inline unsigned int bdev_logical_block_size(struct block_device *bdev)
{
	return 512;
}

#endif
