/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_LINUX_BIO_H
#define FUZZ_LINUX_BIO_H

#include <linux/blkdev.h>
#include <linux/mm.h>

struct bio {
	blk_opf_t bi_opf;
};

struct bio_set {
	int unused;
};

typedef void (bio_end_io_t)(struct bio *bio);

struct bvec_iter {
	sector_t bi_sector;
	unsigned int bi_size;
};

/* Named by compat.h; the harness takes the place of whoever would call them. */
struct bio *bio_alloc_bioset(struct block_device *bdev, unsigned short pages,
			     blk_opf_t opf, gfp_t gfp, struct bio_set *set);
struct bio *bio_alloc_clone(struct block_device *bdev, struct bio *from,
			    gfp_t gfp, struct bio_set *set);
void bio_clear_flag(struct bio *bio, unsigned int flag);

#define BIO_REMAPPED 0u

#endif
