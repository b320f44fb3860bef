/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DM_REMAP_H
#define DM_REMAP_H

#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/completion.h>
#include <linux/device-mapper.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "compat.h"
#include "dm-remap-codec.h"

#define DM_MSG_PREFIX "remap"

#define REMAP_LOCK_BUCKETS	64
#define REMAP_STORM_SECONDS	10
#define REMAP_EVENT_RING	4096
#define REMAP_BATCH_SECTORS	2048
#define REMAP_BATCH_BLOCKS	256
#define REMAP_IO_PAGES		16
#define REMAP_LATENCY_BUCKETS	33

enum remap_arg {
	REMAP_RETRIES,
	REMAP_RETRY_DELAY_MS,
	REMAP_SOFT_THRESHOLD,
	REMAP_SLOW_MS,
	REMAP_STORM_LIMIT,
	REMAP_SCAN_RATE,
	REMAP_SCAN_INTERVAL,
	REMAP_SAVE_INTERVAL,
	REMAP_LOW_SPARE,
	REMAP_ARGS,
};

enum remap_mode {
	REMAP_MODE_RW,
	REMAP_MODE_SPENT,
	REMAP_MODE_HALTED,
	REMAP_MODE_RO,
	REMAP_MODE_FAIL,
};

/**
 * struct remap_slot - a used spare block in memory
 * @key: main block (bits 0-47), state (48-51), cause (52-55), REMAP_KEY_*
 * @mask: residency of sectors 0-63; those of 64-127 stand beside the chunk
 * @seconds: Unix time of the first mapping
 * @next: number of the next slot in the hash chain or free list
 *
 * Exists for a whole table unit at a time (struct remap_chunk) and lives until
 * the target is destroyed, so that readers may follow @next without locks.
 */
struct remap_slot {
	u64 key;
	u64 mask;
	u32 seconds;
	u32 next;
};

#define REMAP_KEY_BLOCK		((1ull << 48) - 1)
#define REMAP_KEY_STATE_SHIFT	48
#define REMAP_KEY_CAUSE_SHIFT	52
#define REMAP_KEY_LOST		BIT_ULL(56)	/* see remap_c.lost */
#define REMAP_KEY_SUSPECT	BIT_ULL(57)	/* spare block failed a read */
/* A slot that is taken but stands in no table unit yet. */
#define REMAP_SLOT_TAKEN	15

struct remap_chunk {
	struct remap_slot slot[REMAP_TABLE_ENTRIES];
	u64 mask_high[];	/* one per slot when blocks exceed 64 sectors */
};

struct remap_counters {
	u64 remaps[4];		/* by enum remap_cause */
	u64 read_errors;
	u64 write_errors;
	u64 soft_errors;
	u64 slow_reads;
	u64 scan_block;
	u64 scan_passes;
	u64 scan_first;
	u64 scan_count;
	u64 scan_started;		/* Unix time, of a pass over all of main */
	u32 scan_state;			/* enum remap_scan_state */
};

/**
 * struct remap_lock - ownership of one main block
 * @node: in remap_c.locks while owned
 * @block: main block
 * @waiters: those who wait for the same block
 * @wait: in the owner's @waiters
 * @granted: called when a wait is over; any context, must not sleep
 */
struct remap_lock {
	struct hlist_node node;
	u64 block;
	struct list_head waiters;
	struct list_head wait;
	void (*granted)(struct remap_lock *lock);
};

/* A lock whose owner sleeps while waiting for it. */
struct remap_wait_lock {
	struct remap_lock lock;
	struct completion done;
};

/* One change of one spare block, to be made durable by remap_commit(). */
struct remap_change {
	struct list_head list;
	u32 slot;
	struct remap_entry entry;
	bool suspect;
	bool ordered;		/* not before those that stand ahead of it */
	bool unmaps;		/* takes the mapping of entry.block away */
	bool done;
	int error;
};

struct remap_filter;

struct remap_c {
	/* Read by every bio. */
	struct block_device *main_bdev;
	const struct remap_filter *filter;	/* rc->groups, or says always yes */
	struct remap_flight __percpu *in_flight;	/* counts what begins now */
	unsigned int block_shift;
	unsigned int slow_jiffies;
	unsigned int hash_bits;
	u32 *hash;
	struct remap_chunk **chunks;

	struct remap_filter *groups;
	struct remap_flight __percpu *flights[2];	/* one of them is in_flight */

	struct dm_dev *main;
	struct dm_dev *spare;
	struct dm_target *ti;
	unsigned int block_sectors;
	u64 main_sectors;
	u64 main_blocks;
	struct list_head instances;

	/* Table line. */
	bool format;
	bool no_auto;
	bool no_scan;
	bool uuid_given;
	bool main_id_given;
	u32 arg[REMAP_ARGS];
	struct remap_super super;

	spinlock_t lock;		/* protects down to the empty line */
	bool halted;
	bool read_only;
	bool failed;			/* see remap_filter_choose() */
	bool low_warned;
	bool spent_told;
	bool dirty;
	u64 used;
	u64 bad;
	u64 taken;
	u64 partial;
	u64 pending_blocks;
	u32 free_head;
	u64 free_cursor;
	u64 leaving;			/* unit of the spare, kept; or 0 */
	struct remap_counters count;
	u64 latency[REMAP_LATENCY_BUCKETS];	/* by bits of microseconds */
	bool copy_failed[REMAP_COPIES];
	u32 storm[REMAP_STORM_SECONDS];
	time64_t storm_time;
	/*
	 * Parts of main that failed writes. While there are any it is watched
	 * whether a write to main succeeds, see remap_filter_choose().
	 */
	u64 refused;

	struct xarray pending;	/* main block -> seconds */
	struct xarray gates;	/* main block -> enum remap_gate */
	struct xarray lost;	/* slot -> u64[REMAP_MASK_WORDS] */
	struct xarray soft;	/* main block -> soft errors */
	struct xarray slow;	/* main block -> slow reads */
	struct xarray weak;	/* main block to be moved while it can be read */

	struct mutex region_mutex;	/* protects down to the empty line */
	struct xarray regions;		/* index -> struct remap_region */
	struct list_head error_regions;
	u64 scanned_grains;
	unsigned int region_shift;	/* blocks of a region, power of two */

	struct remap_scan *scan;
	struct work_struct weak_work;

	spinlock_t lock_lock;	/* protects locks and what hangs on it */
	struct hlist_head locks[REMAP_LOCK_BUCKETS];

	struct mutex spare_mutex;	/* allocation, growth of the table */
	struct mutex drain_mutex;	/* changes in_flight */
	struct mutex move_mutex;	/* one remap or unmap at a time */

	/*
	 * Protects down to super_unit, and super; the list of moved units in
	 * that is only changed with lock held too.
	 */
	struct mutex commit_mutex;
	u64 sequence;
	bool witness;			/* superblocks at all places */
	void *unit;
	void *super_unit;		/* written while unit waits */
	spinlock_t commit_lock;		/* protects commits */
	struct list_head commits;

	struct mutex list_mutex;	/* one lister at a time */
	struct remap_index *index;	/* commit_mutex */
	struct delayed_work index_work;

	struct mutex state_mutex;	/* saving; owns state_buf */
	void *state_buf;
	u64 state_generation;
	unsigned int state_slot;

	spinlock_t event_lock;		/* protects the next two */
	struct remap_disk_event *events;
	u64 last_event;
	unsigned long event_told;	/* jiffies of the last table event */

	struct workqueue_struct *wq;
	struct delayed_work event_work;
	struct delayed_work save_work;
	struct bio_set bios;
	struct page *probe_page;	/* contents never looked at */
	atomic_t held;
	wait_queue_head_t held_wait;
	wait_queue_head_t stop_wait;
	bool loaded;
	bool active;
	bool stopping;
};

enum remap_gate {
	REMAP_GATE_MOVING = 1,
	/* A commit failed half-way: neither place may be written any more. */
	REMAP_GATE_LIMBO = 2,
};

enum remap_io_flags {
	REMAP_IO_SPARE = 1,		/* was sent to the spare */
	REMAP_IO_PENDING = 2,		/* reads the whole of a pending block */
	REMAP_IO_LOCKED = 4,		/* owns its block */
	REMAP_IO_NOTE = 8,		/* done, but has something to tell */
	REMAP_IO_WATCH = 16,		/* a write to main, see remap_c.refused */
};

/* What its end does more work for than passing on the status. */
#define REMAP_IO_TOLD	(REMAP_IO_PENDING | REMAP_IO_WATCH)

enum remap_class {
	REMAP_CLASS_OTHER,	/* says nothing about the block or the disk */
	REMAP_CLASS_MEDIUM,
	REMAP_CLASS_IO,		/* the block, or something else */
	REMAP_CLASS_PATH,
};

/**
 * struct remap_flight - one CPU's part of a sum of bios, see dm-remap-lock.c
 * @count: those that began here less those that ended here
 * @rc: target
 */
struct remap_flight {
	unsigned long count;
	struct remap_c *rc;
};

/* Per-bio data. */
struct remap_io {
	struct bvec_iter iter;		/* as it came, in sectors of main */
	struct remap_c *rc;		/* for a write that succeeds on main, not set */
	bio_end_io_t *end_io;		/* dm's */
	/* Only valid where an end in dm-remap-end.c looks at them. */
	struct remap_flight __percpu *in_flight;	/* counts it, or NULL */
	u32 start;			/* jiffies when mapped */
	u32 flags;
	/* Only when held. */
	blk_status_t status;
	u32 done;			/* sectors dealt with */
	struct work_struct work;
	struct remap_lock lock;
};

/* One try to read something; @context is the caller's. */
typedef blk_status_t (*remap_read_fn)(struct remap_c *rc, void *context);

/* What reading with retries was like. */
struct remap_tries {
	unsigned int extra;		/* tries after the first */
	u64 us;				/* the last one took */
};

/* Copy of what is known of one main block. */
struct remap_view {
	bool mapped;
	bool suspect;
	u32 slot;
	u32 seconds;
	u8 cause;
	u64 mask[REMAP_MASK_WORDS];
	u64 lost[REMAP_MASK_WORDS];
};

static inline const char *remap_name(struct remap_c *rc)
{
	return dm_device_name(dm_table_get_md(rc->ti->table));
}

static inline bool remap_bit(const u64 *mask, unsigned int n)
{
	return mask[n / 64] >> (n % 64) & 1;
}

static inline u64 remap_block_of(struct remap_c *rc, sector_t sector)
{
	return sector >> rc->block_shift;
}

static inline sector_t remap_slot_sector(struct remap_c *rc, u32 slot)
{
	return (sector_t)slot << rc->block_shift;
}

/* Sectors of a main block; fewer than block_sectors only for the last one. */
static inline unsigned int remap_sectors_of(struct remap_c *rc, u64 block)
{
	return min_t(u64, rc->block_sectors,
		     rc->main_sectors - (block << rc->block_shift));
}

static inline u64 remap_target_blocks(struct remap_c *rc)
{
	return (rc->ti->len + rc->block_sectors - 1) >> rc->block_shift;
}

/* dm-remap-args.c */
extern const char * const remap_arg_names[REMAP_ARGS];
int remap_parse(struct remap_c *rc, unsigned int argc, char **argv);
int remap_set(struct remap_c *rc, const char *key, const char *value);
int remap_parse_u64(const char *word, u64 max, u64 *value);

/* dm-remap-map.c */
int remap_map(struct dm_target *ti, struct bio *bio);

/* dm-remap-end.c */
void remap_end(struct remap_io *io, struct bio *bio, blk_status_t status);
void remap_end_read(struct bio *bio);
void remap_end_long_read(struct bio *bio);
struct remap_io *remap_long_read_io(struct bio *bio);
void remap_end_write(struct bio *bio);
void remap_end_known(struct bio *bio);
void remap_uncount(struct remap_io *io);

/* dm-remap-recover.c */
void remap_hold(struct remap_c *rc, struct remap_io *io);
enum remap_class remap_classify(blk_status_t status);
void remap_halt(struct remap_c *rc, const char *why);
bool remap_main_refused(struct remap_c *rc, u64 block);
void remap_main_wrote(struct remap_c *rc);
bool remap_believe(struct remap_c *rc, blk_status_t status, u64 block);
void remap_backoff(struct remap_c *rc, unsigned int attempt);
blk_status_t remap_read_tries(struct remap_c *rc, remap_read_fn read,
			      void *context, struct remap_tries *tries);
void remap_read_failed(struct remap_c *rc, u64 block, bool mapped,
		       blk_status_t status, const char *finder);
bool remap_may_move(struct remap_c *rc);

/* dm-remap-relocate.c */
blk_status_t remap_write_block(struct remap_c *rc, struct remap_io *io,
			       u64 block, unsigned int first,
			       unsigned int count);
bool remap_mark_bad(struct remap_c *rc, u32 slot);
int remap_commit_blocks(struct remap_c *rc, struct remap_change *changes,
			unsigned int count);
void remap_count(struct remap_c *rc, u64 *counter);
bool remap_storm_pass(struct remap_c *rc);

/* dm-remap-move.c */
int remap_may_request(struct remap_c *rc);
int remap_move(struct remap_c *rc, u64 block, u64 count,
	       enum remap_cause cause);

/* dm-remap-unmap.c */
int remap_unmap(struct remap_c *rc, u64 block);

/* dm-remap-lock.c */
bool remap_lock_block(struct remap_c *rc, struct remap_lock *lock, u64 block);
void remap_lock_block_wait(struct remap_c *rc, struct remap_wait_lock *w,
			   u64 block);
void remap_unlock_block(struct remap_c *rc, struct remap_lock *lock);
int remap_gate(struct remap_c *rc, u64 first, unsigned int count,
	       enum remap_gate how);
void remap_ungate(struct remap_c *rc, u64 first, unsigned int count);
void remap_drain(struct remap_c *rc);

/* dm-remap-io.c */
blk_status_t remap_io_pages(struct remap_c *rc, struct block_device *bdev,
			    sector_t sector, struct page **pages,
			    unsigned int offset, unsigned int sectors,
			    blk_opf_t opf);
blk_status_t remap_io_buffer(struct remap_c *rc, struct block_device *bdev,
			     sector_t sector, void *buffer,
			     unsigned int bytes, blk_opf_t opf);
blk_status_t remap_io_part(struct remap_c *rc, struct remap_io *io,
			   struct block_device *bdev, sector_t sector,
			   unsigned int skip, unsigned int sectors);
unsigned int remap_next_run(const u64 *mask, unsigned int *from,
			    unsigned int end);
blk_status_t remap_flush(struct remap_c *rc, struct block_device *bdev);
bool remap_main_alive(struct remap_c *rc, u64 suspect_block);

/* dm-remap-hash.c */
int remap_hash_init(struct remap_c *rc);
void remap_hash_exit(struct remap_c *rc);
struct remap_slot *remap_slot(struct remap_c *rc, u32 slot);
bool remap_find(struct remap_c *rc, u64 first, u64 last,
		struct remap_view *view, u64 *block);
void remap_view(struct remap_c *rc, u64 block, struct remap_view *view);
void remap_apply(struct remap_c *rc, const struct remap_change *change);
void remap_slot_entry(struct remap_c *rc, u32 slot, struct remap_entry *entry);
bool remap_next_mapped(struct remap_c *rc, u64 *slot, u64 *block);
bool remap_is_partial(struct remap_c *rc, u64 block, const u64 *mask);
void remap_set_suspect(struct remap_c *rc, u32 slot);

/* dm-remap-spare.c */
int remap_chunk_get(struct remap_c *rc, u32 table_unit);
int remap_spare_take(struct remap_c *rc, u32 *slot);
void remap_spare_put(struct remap_c *rc, u32 slot);
void remap_spare_rearm(struct remap_c *rc);
int remap_spare_rebuild(struct remap_c *rc);
void remap_spare_unkeep(struct remap_c *rc, u64 place);
u64 remap_spare_total(struct remap_c *rc);
u64 remap_spare_free(struct remap_c *rc);

/* dm-remap-meta.c */
int remap_commit(struct remap_c *rc, struct remap_change *changes,
		 unsigned int count);
int remap_write_super(struct remap_c *rc);
bool remap_write_unit(struct remap_c *rc, unsigned int copy, u64 unit,
		      blk_opf_t flush, bool *moved);
sector_t remap_table_sector(struct remap_c *rc, unsigned int copy, u64 unit);
sector_t remap_state_sector(struct remap_c *rc, unsigned int slot);
int remap_note_missed(struct remap_c *rc, unsigned int copy, u64 unit);
void remap_copy_failed(struct remap_c *rc, unsigned int copy);
unsigned int remap_copies_good(struct remap_c *rc);

/* dm-remap-activate.c */
int remap_check_length(struct remap_c *rc, struct remap_c *of);
int remap_activate(struct remap_c *rc);

/* dm-remap-load.c */
int remap_check_spare(struct remap_c *rc);
int remap_check_main(struct remap_c *rc);

/* dm-remap-table.c */
int remap_load(struct remap_c *rc);

/* dm-remap-format.c */
int remap_check_blank(struct remap_c *rc);
int remap_format(struct remap_c *rc);
void remap_unformat(struct remap_c *rc);
int remap_grow_table(struct remap_c *rc, u64 units);

/* dm-remap-events.c */
int remap_events_init(struct remap_c *rc);
void remap_events_exit(struct remap_c *rc);
bool remap_event_get(struct remap_c *rc, u64 last, unsigned int n,
		     struct remap_disk_event *event);
bool remap_event_after(struct remap_c *rc, u64 after,
		       struct remap_disk_event *event);
const char *remap_event_name(unsigned int type);
void remap_event(struct remap_c *rc, enum remap_event_type type, u64 block,
		 u32 slot, const char *detail);

/* dm-remap-message.c */
int remap_message(struct dm_target *ti, unsigned int argc, char **argv,
		  char *result, unsigned int maxlen);

#include "dm-remap-health.h"

#endif
