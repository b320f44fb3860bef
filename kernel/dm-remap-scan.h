/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is known of main by region, and the scanner that finds it out.
 */
#ifndef DM_REMAP_SCAN_H
#define DM_REMAP_SCAN_H

#include "dm-remap.h"
#include "dm-remap-show.h"

#define REMAP_REGIONS_MAX	32768u
/* Parts of a region of which each was read whole by a scan or was not. */
#define REMAP_REGION_GRAINS	128u

/* An error that nothing is known to add to, in units of an error's weight. */
#define REMAP_WEIGHT_ONE	65536u

/**
 * struct remap_region - what happened in one region of main
 * @list: in remap_c.error_regions when it ever had an error
 * @index: number of the region
 * @scanned_at: Unix time at which a scan last read part of it, 0 never
 * @latency_avg: of the scanner's reads in microseconds, the newest counts 1/8
 * @latency_max: longest of the last pass that came here
 * @errors: by enum remap_region_error, since format
 * @weight: of errors; halves in 14 days
 * @recent: the same, halves in a day
 * @weighed_at: Unix time for which the two hold
 * @pass: scan pass that @latency_max is of
 * @scanned: the grains that were read
 */
struct remap_region {
	struct list_head list;
	u32 index;
	u32 scanned_at;
	u32 latency_avg;
	u32 latency_max;
	u32 errors[4];
	u32 weight;
	u32 recent;
	u32 weighed_at;
	u32 pass;
	u64 scanned[REMAP_REGION_GRAINS / 64];
};

/* What the scanner is doing; the names are in dm-remap-scan-doing.c. */
enum remap_doing {
	REMAP_DOING_IDLE,
	REMAP_DOING_PAUSED,
	REMAP_DOING_SUSPENDED,
	REMAP_DOING_HALTED,	/* waits until remapping is not halted */
	REMAP_DOING_BUSY,	/* gives way to other I/O */
	REMAP_DOING_PACING,	/* waits a second or more for its rate */
	REMAP_DOING_MEMORY,	/* waits for pages to read into */
	REMAP_DOING_READING,
	REMAP_DOING_NEAR,	/* reads what lies around an error */
	REMAP_DOING_RETRYING,	/* a block alone after a bad or slow read */
};

/* The scanner of one target. */
struct remap_scan {
	struct remap_c *rc;
	struct delayed_work work;
	struct mutex mutex;		/* protects down to the empty line */
	struct page **pages;
	u64 due;			/* ktime_get_ns() of the next read */
	u64 requests;			/* of others, when last looked */
	unsigned long busy_at;		/* jiffies when they had become more */
	unsigned long read_at;		/* jiffies of the last read */

	atomic_t callers;		/* who want the mutex */
	unsigned long resumed_at;	/* jiffies */

	u64 unknown;			/* block that neither was read nor failed */

	/* Around an error, blocks; rc->lock. */
	bool near;
	u64 near_error;
	u64 near_first, near_end;	/* to be read */
	u64 near_low, near_high;	/* what lies between was */

	/* Changed with the mutex and rc->lock held. */
	enum remap_doing doing;
	u64 doing_block;		/* or REMAP_NO_BLOCK */
	ktime_t doing_since;
};

/**
 * struct remap_state_writer - entries of one kind on their way to the spare
 * @unit: what they are made in, rc->state_buf
 * @kind: enum remap_state_kind
 * @count: entries in @unit
 * @room: units that may still be written
 * @save: the save that they belong to
 */
struct remap_state_writer {
	void *unit;
	u32 kind;
	u32 count;
	u32 room;
	struct remap_save *save;
};

/* dm-remap-state.c */
int remap_state_flush(struct remap_c *rc, struct remap_state_writer *w);

/* dm-remap-region.c */
struct remap_region *remap_region_get(struct remap_c *rc, u32 index);
void remap_region_scanned(struct remap_c *rc, u64 first, u64 count);
void remap_region_latency(struct remap_c *rc, u64 block, u64 us);
u64 remap_region_grain(struct remap_c *rc);
unsigned int remap_region_bits(const struct remap_region *region);
u32 remap_region_now(struct remap_c *rc);

/* dm-remap-risk.c */
void remap_region_weigh(struct remap_region *region, u32 now, u32 weight);
u32 remap_region_weight(const struct remap_region *region, u32 now);
void remap_worst(struct remap_c *rc, u32 *risk, u32 *confidence);
int remap_risk_cells(struct remap_c *rc, const struct remap_grid *g);

/* dm-remap-region-state.c */
int remap_regions_save(struct remap_c *rc, struct remap_state_writer *w);
void remap_regions_load(struct remap_c *rc,
			const struct remap_disk_regions *u);

/* dm-remap-marginal.c */
u32 remap_marginal_units(struct remap_c *rc, u32 room);
int remap_marginal_save(struct remap_c *rc, struct remap_state_writer *w);
void remap_marginal_load(struct remap_c *rc,
			 const struct remap_disk_marginals *u);

/* dm-remap-scan-order.c */
#define REMAP_SCAN_SEGMENT_SECTORS	2048u	/* 1 MiB */

bool remap_scan_pick(struct remap_c *rc, u64 batch, u64 *from, u64 *to);
void remap_scan_mark(struct remap_c *rc, bool near, u64 from, u64 done);
bool remap_scan_advance(struct remap_c *rc, bool near, u64 from, u64 to,
			u64 done);

/* dm-remap-scan-doing.c */
void remap_scan_does(struct remap_c *rc, enum remap_doing what, u64 block);

/* dm-remap-scan.c */
bool remap_scan_must_end(struct remap_c *rc);

/* dm-remap-scan-read.c */
/* Sectors of one read, and reads under way at once: 1 MiB in all. */
#define REMAP_SCAN_READ_SECTORS	256u
#define REMAP_SCAN_READS	8u
#define REMAP_SCAN_PAGES	(REMAP_SCAN_READS * REMAP_SCAN_READ_SECTORS >> \
				 (PAGE_SHIFT - SECTOR_SHIFT))

struct page **remap_scan_alloc_pages(void);
void remap_scan_free_pages(struct page **pages);
u64 remap_scan_read(struct remap_c *rc, struct page **pages, u64 first,
		    u64 count, bool timed);

#endif
