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
 * @weight: of errors; halves in REMAP_HALF_LIFE seconds
 * @recent: the same, halves in REMAP_RECENT_HALF_LIFE seconds
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

/* dm-remap-region.c */
struct remap_region *remap_region_get(struct remap_c *rc, u32 index);
void remap_region_scanned(struct remap_c *rc, u64 first, u64 count);
void remap_region_latency(struct remap_c *rc, u64 block, u64 us);
u64 remap_region_grain(struct remap_c *rc);
unsigned int remap_region_bits(const struct remap_region *region);

/* dm-remap-risk.c */
void remap_region_weigh(struct remap_region *region, u32 now, u32 weight);
void remap_worst(struct remap_c *rc, u32 *risk, u32 *confidence);
int remap_risk_cells(struct remap_c *rc, const struct remap_grid *g);

/* dm-remap-region-state.c */
int remap_regions_save(struct remap_c *rc, u32 room,
		       int (*put)(struct remap_c *rc, void *save, u32 count),
		       void *save);
void remap_regions_load(struct remap_c *rc,
			const struct remap_disk_regions *u);

/* dm-remap-scan-order.c */
#define REMAP_SCAN_SEGMENT_SECTORS	2048u	/* 1 MiB */

u64 remap_scan_stagger_blocks(struct remap_c *rc);
u64 remap_scan_segment_end(struct remap_c *rc, u64 block);
u64 remap_scan_next_segment(struct remap_c *rc, u64 block);

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
