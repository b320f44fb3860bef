/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a target shows: status, lists, sysfs, debugfs.
 */
#ifndef DM_REMAP_SHOW_H
#define DM_REMAP_SHOW_H

#include "dm-remap.h"

struct seq_file;
struct remap_export;

/**
 * struct remap_cell - what is known of a range of blocks
 * @scanned: blocks that a scan has read
 * @latency_sum: of the average latencies of its regions, in microseconds
 * @mapped: blocks
 * @pending: blocks
 * @soft: errors
 * @slow: reads
 * @regions: how many are in @latency_sum
 * @latency_max: in microseconds
 * @risk: 0 to 100, of its worst region
 * @confidence: 0 to 100, of that region
 * @judged: one region was
 */
struct remap_cell {
	u64 scanned;
	u64 latency_sum;
	u32 mapped;
	u32 pending;
	u32 soft;
	u32 slow;
	u32 regions;
	u32 latency_max;
	u8 risk;
	u8 confidence;
	bool judged;
};

/* A range of blocks, cut into equal cells. */
struct remap_grid {
	u64 first;
	u64 count;
	u32 cells;
	struct remap_cell *cell;
};

/* A mapped or a pending block as it is listed. */
struct remap_row {
	struct remap_entry entry;	/* pending: its block only */
	u64 seconds;
	u32 slot;			/* REMAP_NO_SLOT when pending */
};

/* Longest line of a listing, its end included. */
#define REMAP_ROW_MAX	160

/* Fields of the status, in their order. */
enum remap_status_field {
	REMAP_FIELD_MODE,
	REMAP_FIELD_BLOCK_SECTORS,
	REMAP_FIELD_SPARE_USED,
	REMAP_FIELD_SPARE_TOTAL,
	REMAP_FIELD_SPARE_BAD,
	REMAP_FIELD_PENDING,
	REMAP_FIELD_PARTIAL,
	REMAP_FIELD_AUTO,
	REMAP_FIELD_MANUAL,
	REMAP_FIELD_PROACTIVE,
	REMAP_FIELD_READ_ERRORS,
	REMAP_FIELD_WRITE_ERRORS,
	REMAP_FIELD_SOFT_ERRORS,
	REMAP_FIELD_SLOW_READS,
	REMAP_FIELD_METADATA_COPIES,
	REMAP_FIELD_SCAN_STATE,
	REMAP_FIELD_SCAN_BLOCK,
	REMAP_FIELD_SCAN_PASSES,
	REMAP_FIELD_RISK,
	REMAP_FIELD_CONFIDENCE,
	REMAP_FIELD_LAST_EVENT,
	REMAP_FIELDS,
};

/* What the status says, as of one instant. */
struct remap_snapshot {
	enum remap_mode mode;
	unsigned int copies_good;
	const char *scan_state;
	u64 number[REMAP_FIELDS];	/* of the fields that are numbers */
};

/* dm-remap-health.c */
struct remap_cell *remap_cell_of(const struct remap_grid *g, u64 block);
int remap_cells(struct remap_c *rc, u64 first, u64 count, u32 cells,
		struct remap_cell **result);

/* dm-remap-index.c */
void remap_index_init(struct remap_c *rc);
void remap_index_exit(struct remap_c *rc);
void remap_index_note(struct remap_c *rc, u32 slot);
int remap_list_begin(struct remap_c *rc);
bool remap_list_next(struct remap_c *rc, u64 cursor, struct remap_row *row);
void remap_list_end(struct remap_c *rc);

/* dm-remap-report.c */
int remap_show_latency(struct remap_c *rc, struct seq_file *m);
int remap_show_metadata(struct remap_c *rc, struct seq_file *m);
int remap_show_regions(struct remap_c *rc, struct seq_file *m);

/* dm-remap-list.c */
void remap_row_text(const struct remap_row *row, char *line, size_t size);
void remap_event_text(const struct remap_disk_event *e, char *line,
		      size_t size);
int remap_list(struct remap_c *rc, u64 cursor, u64 max, char *result,
	       unsigned int maxlen);
int remap_list_events(struct remap_c *rc, u64 after, u64 max, char *result,
		      unsigned int maxlen);

/* dm-remap-status.c */
extern const char * const remap_field_names[REMAP_FIELDS];
void remap_snapshot(struct remap_c *rc, struct remap_snapshot *snap);
int remap_field(const struct remap_snapshot *snap, enum remap_status_field n,
		char *buf, size_t size);
void remap_status(struct dm_target *ti, status_type_t type,
		  unsigned int status_flags, char *result, unsigned int maxlen);

/* dm-remap-scan-doing.c */
ssize_t remap_scan_doing_show(struct remap_c *rc, char *buf);

/* dm-remap-export.c */
void remap_export_add(struct remap_c *rc);
void remap_export_remove(struct remap_c *rc);
struct remap_c *remap_export_get(struct remap_export *e);
void remap_export_put(struct remap_export *e);
struct remap_export *remap_export_of(struct kobject *kobj);

/* dm-remap-sysfs.c */
void remap_sysfs_init(void);
struct kobject *remap_sysfs_add(struct gendisk *disk);
int remap_sysfs_add_files(struct kobject *kobj);
void remap_sysfs_remove(struct kobject *kobj);

/* dm-remap-debugfs.c */
void remap_debugfs_init(void);
void remap_debugfs_exit(void);
struct dentry *remap_debugfs_add(struct remap_export *e, const char *name);

#endif
