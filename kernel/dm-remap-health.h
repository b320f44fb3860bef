/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the data path tells of main's health, and who looks after it.
 */
#ifndef DM_REMAP_HEALTH_H
#define DM_REMAP_HEALTH_H

#include "dm-remap.h"

/* How a region comes by a bad name. Also their order on the spare. */
enum remap_region_error {
	REMAP_ERROR_READ,
	REMAP_ERROR_WRITE,
	REMAP_ERROR_SOFT,
	REMAP_ERROR_SLOW,
};

/* dm-remap-health.c */
void remap_health_init(struct remap_c *rc);
void remap_health_exit(struct remap_c *rc);
void remap_mark_pending(struct remap_c *rc, u64 block, time64_t seconds,
			const char *finder);
void remap_pending_mapped(struct remap_c *rc, u64 block);
void remap_pending_recovered(struct remap_c *rc, u64 block);
void remap_note_soft(struct remap_c *rc, u64 block);
void remap_note_slow(struct remap_c *rc, u64 block, unsigned int ms);
void remap_note_latency(struct remap_c *rc, u64 us);
int remap_health(struct remap_c *rc, u64 first, u64 count, u32 cells,
		 char *result, unsigned int maxlen);

/* dm-remap-region.c */
void remap_regions_init(struct remap_c *rc);
void remap_regions_exit(struct remap_c *rc);
void remap_region_error(struct remap_c *rc, u64 block,
			enum remap_region_error what);

/* dm-remap-state.c */
int remap_state_init(struct remap_c *rc);
void remap_state_exit(struct remap_c *rc);
int remap_state_save(struct remap_c *rc, bool clean);
void remap_state_load(struct remap_c *rc);
void remap_state_told(struct remap_c *rc, u64 unsaved);
void remap_state_settle(struct remap_c *rc);

/* dm-remap-scan.c */
int remap_scan_init(struct remap_c *rc);
void remap_scan_exit(struct remap_c *rc);
void remap_scan_resume(struct remap_c *rc);
void remap_scan_suspend(struct remap_c *rc);
void remap_scan_kick(struct remap_c *rc);
void remap_scan_near(struct remap_c *rc, u64 block);
int remap_scan_start(struct remap_c *rc, u64 first, u64 count);
int remap_scan_stop(struct remap_c *rc);
int remap_scan_pause(struct remap_c *rc);
int remap_scan_continue(struct remap_c *rc);
const char *remap_scan_name(struct remap_c *rc);

/* dm-remap-weak.c */
void remap_weak_init(struct remap_c *rc);
void remap_weak_note(struct remap_c *rc, u64 block);
void remap_weak_resume(struct remap_c *rc);
void remap_weak_suspend(struct remap_c *rc);

#endif
