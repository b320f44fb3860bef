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
/* What was written is tried once more: a flush that somebody else sent may have dropped it. */
#define REMAP_FLUSH_TRIES	2
/* Further than sequences rise that nobody could read. */
#define REMAP_SEQUENCE_AHEAD	1048576ull

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
	int flush_errors;	/* of the spare, before what it is about was written */
	bool done;
	int error;
};

/* After an error of a commit: is it known that nothing of it was written? */
static inline bool remap_unwritten(int error)
{
	return error == -ENOMEM || error == -EROFS || error == -EREMOTEIO;
}

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
	unsigned long flush_failed;	/* bit 0: of main, 1: of the spare */
	atomic_t flush_errors[2];	/* flushes of main, and of the spare, that failed */
	atomic_t doubts;		/* those of main that were found out later */

	struct xarray pending;	/* main block -> seconds */
	struct xarray gates;	/* main block -> enum remap_gate */
	struct xarray lost;	/* slot -> u64[REMAP_MASK_WORDS] */
	struct xarray soft;	/* main block -> soft errors */
	struct xarray slow;	/* main block -> slow reads */
	struct xarray weak;	/* main block to be moved while it can be read */
	atomic_t soft_known;	/* entries of soft, and of slow */
	atomic_t slow_known;

	struct mutex region_mutex;	/* protects down to the empty line */
	struct xarray regions;		/* index -> struct remap_region */
	struct list_head error_regions;
	u64 loaded_at;			/* when what was loaded was saved, or 0 */
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
	bool unseen;			/* a place could not be read */
	void *unit;
	void *super_unit;		/* written while unit waits */
	spinlock_t commit_lock;		/* protects commits */
	struct list_head commits;

	struct mutex list_mutex;	/* one lister at a time */
	struct remap_index *index;	/* commit_mutex */
	struct delayed_work index_work;

	struct mutex state_mutex;	/* saving; owns state_buf */
	bool saved_clean;		/* the last save was of a suspended target */
	void *state_buf;
	u64 state_generation;
	unsigned int state_slot;

	spinlock_t event_lock;		/* protects the next three */
	struct remap_disk_event *events;
	u64 last_event;
	u64 saved_event;		/* the last one that was saved */
	unsigned long event_told;	/* jiffies of the last table event */

	struct workqueue_struct *wq;		/* what I/O waits for */
	struct workqueue_struct *background;	/* what may wait for memory */
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
	/* Its error may be that of a flush of main, see end_slow(). */
	REMAP_IO_DOUBT = 32,
	/* Not durable before main, or the spare, is flushed. */
	REMAP_IO_FLUSH_MAIN = 64,
	REMAP_IO_FLUSH_SPARE = 128,
	REMAP_IO_AGAIN = 256,		/* all of it is written a second time */
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
	int flush_errors[2];		/* of rc, before any of it was written */
	int doubts;			/* the same */
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

/*
 * Sectors of a main block; fewer than block_sectors only for the target's last
 * one. What main has beyond the target is not the target's to move.
 */
static inline unsigned int remap_sectors_of(struct remap_c *rc, u64 block)
{
	return min_t(u64, rc->block_sectors,
		     rc->ti->len - (block << rc->block_shift));
}

static inline u64 remap_target_blocks(struct remap_c *rc)
{
	return (rc->ti->len + rc->block_sectors - 1) >> rc->block_shift;
}

#include "dm-remap-calls.h"
#include "dm-remap-health.h"

#endif
