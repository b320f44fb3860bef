// SPDX-License-Identifier: GPL-2.0
/*
 * The scanner: reads main in the background, so that an error is found before
 * the user needs what lies there.
 *
 * A pass is staggered: main is seen as regions of 128 MiB, and of each in turn
 * the first MiB is read, then of each the second, and so on. Errors come in
 * clusters, and this way one is met after a hundredth of a pass (Schroeder,
 * Damouras and Gill, FAST 2010, 5). What lies 10 MiB around a new error is read
 * next: half of the errors have another one there.
 *
 * It gives way: while anybody else uses the device one small read a second is
 * all, so that no pass stands still.
 */
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "dm-remap-scan.h"

#define QUIET		(HZ / 20)
#define STARVED		HZ
#define TURN		(HZ / 10)
#define HALTED_LOOK	(5 * HZ)
/* A wait for the rate that is told; shorter ones belong to reading. */
#define TOLD_PACE	HZ
/* Seconds for a machine to start before the first pass does. */
#define SETTLE		300u
#define NEVER		MAX_JIFFY_OFFSET

static void free_pages_of(struct remap_scan *s)
{
	remap_scan_free_pages(s->pages);
	s->pages = NULL;
}

static bool is_whole(struct remap_c *rc)
{
	return !rc->count.scan_first &&
	       rc->count.scan_count == remap_target_blocks(rc);
}

static void begin(struct remap_c *rc, u64 first, u64 count)
{
	struct remap_scan *s = rc->scan;
	char detail[REMAP_DETAIL_MAX];
	unsigned long flags;

	spin_lock_irqsave(&rc->lock, flags);
	rc->count.scan_first = first;
	rc->count.scan_count = count;
	rc->count.scan_block = first;
	if (is_whole(rc))
		rc->count.scan_started = ktime_get_real_seconds();
	WRITE_ONCE(rc->count.scan_state, REMAP_SCAN_RUNNING);
	s->near = false;
	rc->dirty = true;
	spin_unlock_irqrestore(&rc->lock, flags);
	s->due = 0;
	s->unknown = REMAP_NO_BLOCK;
	remap_scan_does(rc, REMAP_DOING_READING, first);
	snprintf(detail, sizeof(detail), "%llu", count);
	remap_event(rc, REMAP_EVENT_SCAN_START, first, REMAP_NO_SLOT, detail);
}

static void end(struct remap_c *rc, bool complete)
{
	struct remap_scan *s = rc->scan;
	unsigned long flags;

	spin_lock_irqsave(&rc->lock, flags);
	if (complete && is_whole(rc))
		rc->count.scan_passes++;
	rc->count.scan_block = 0;
	WRITE_ONCE(rc->count.scan_state, REMAP_SCAN_IDLE);
	s->near = false;
	rc->dirty = true;
	spin_unlock_irqrestore(&rc->lock, flags);
	free_pages_of(s);
	remap_scan_does(rc, REMAP_DOING_IDLE, REMAP_NO_BLOCK);
	remap_event(rc, REMAP_EVENT_SCAN_END, REMAP_NO_BLOCK, REMAP_NO_SLOT,
		    complete ? "complete" : "stopped");
}

/* Jiffies until the next pass is due. */
static unsigned long until_pass(struct remap_c *rc)
{
	u32 interval = rc->arg[REMAP_SCAN_INTERVAL];
	unsigned long settled = rc->scan->resumed_at +
				min(interval, SETTLE) * HZ;
	u64 now = ktime_get_real_seconds(), started = rc->count.scan_started;
	u64 wait = 0;

	if (rc->no_scan || !interval)
		return NEVER;
	/* A clock that was set back must not put a pass off for years. */
	if (started <= now && started + interval > now)
		wait = started + interval - now;
	/* Looked at again within the hour: the clock may be set. */
	wait = min_t(u64, wait, 3600) * HZ;
	if (time_before(jiffies, settled))
		wait = max_t(u64, wait, settled - jiffies);
	return wait;
}

/* Must the reading end as soon as it can? It goes on where it was. */
bool remap_scan_must_end(struct remap_c *rc)
{
	return READ_ONCE(rc->stopping) || READ_ONCE(rc->halted) ||
	       atomic_read(&rc->scan->callers);
}

/* Does anybody else use the device, or did within a moment? */
static bool is_busy(struct remap_c *rc, struct remap_scan *s)
{
	struct gendisk *disk = dm_disk(dm_table_get_md(rc->ti->table));
	u64 n = remap_disk_requests(disk);

	/* A request to a failing disk may take many seconds. */
	if (n != s->requests || remap_disk_in_flight(disk))
		s->busy_at = jiffies;
	s->requests = n;
	return time_before(jiffies, s->busy_at + QUIET);
}

/* What to read next, from a block on: the most blocks of one batch. */
static u64 batch_blocks(struct remap_c *rc, bool busy)
{
	u32 kib = rc->arg[REMAP_SCAN_RATE] / 16;
	u32 least = REMAP_SCAN_READ_SECTORS / 2;

	if (busy)
		kib = least;
	else if (!rc->arg[REMAP_SCAN_RATE])
		kib = REMAP_SCAN_SEGMENT_SECTORS / 2;
	kib = clamp_t(u32, kib, least, REMAP_SCAN_SEGMENT_SECTORS / 2);
	return max(1u, 2 * kib >> rc->block_shift);
}

static void pay(struct remap_c *rc, struct remap_scan *s, u64 blocks)
{
	u32 rate = rc->arg[REMAP_SCAN_RATE];
	u64 now = ktime_get_ns(), bytes;

	s->read_at = jiffies;
	if (!rate)
		return;
	bytes = blocks << rc->block_shift << SECTOR_SHIFT;
	/* What was not used is not saved up, but for a tenth of a second. */
	s->due = max(s->due, now - min_t(u64, now, NSEC_PER_SEC / 10));
	s->due += mul_u64_u64_div_u64(bytes, NSEC_PER_SEC, (u64)rate << 10);
}

/* Jiffies to wait before the next read, of @block. */
static unsigned long wait_for(struct remap_c *rc, struct remap_scan *s,
			      bool busy, u64 block)
{
	u64 now = ktime_get_ns();
	unsigned long wait;

	if (READ_ONCE(rc->halted)) {
		remap_scan_does(rc, REMAP_DOING_HALTED, block);
		return HALTED_LOOK;
	}
	if (rc->arg[REMAP_SCAN_RATE] && s->due > now) {
		wait = max(nsecs_to_jiffies(s->due - now), 1ul);
		if (wait >= TOLD_PACE)
			remap_scan_does(rc, REMAP_DOING_PACING, block);
		return wait;
	}
	if (busy && time_before(jiffies, s->read_at + STARVED)) {
		remap_scan_does(rc, REMAP_DOING_BUSY, block);
		return QUIET;
	}
	return 0;
}

/* Mapped blocks cut a batch into more reads than can be under way at once. */
static u64 read_batch(struct remap_c *rc, struct remap_scan *s, bool near,
		      u64 from, u64 to, bool timed)
{
	u64 at = from, n;

	do {
		remap_scan_does(rc, near ? REMAP_DOING_NEAR :
					   REMAP_DOING_READING, at);
		n = remap_scan_read(rc, s->pages, at, to - at, timed);
		at += n;
	} while (n && at < to && !remap_scan_must_end(rc));
	return at - from;
}

/* Does what is to be done. Return: jiffies until there is more, or NEVER. */
static unsigned long run(struct remap_c *rc, struct remap_scan *s)
{
	unsigned long started = jiffies, wait;
	u64 from, to, done;
	bool busy, near;

	while (rc->active && !READ_ONCE(rc->stopping)) {
		if (atomic_read(&s->callers))
			return 1;
		if (rc->count.scan_state == REMAP_SCAN_PAUSED) {
			remap_scan_does(rc, REMAP_DOING_PAUSED, REMAP_NO_BLOCK);
			return NEVER;
		}
		if (rc->count.scan_state == REMAP_SCAN_IDLE) {
			remap_scan_does(rc, REMAP_DOING_IDLE, REMAP_NO_BLOCK);
			wait = until_pass(rc);
			if (wait)
				return wait;
			begin(rc, 0, remap_target_blocks(rc));
		}
		busy = is_busy(rc, s);
		near = remap_scan_pick(rc, batch_blocks(rc, busy), &from, &to);
		wait = wait_for(rc, s, busy, from);
		if (wait)
			return wait;
		if (!s->pages)
			s->pages = remap_scan_alloc_pages();
		if (!s->pages) {
			remap_scan_does(rc, REMAP_DOING_MEMORY, from);
			return HZ;
		}
		/* It is found out anew. */
		if (s->unknown >= from && s->unknown < to)
			s->unknown = REMAP_NO_BLOCK;
		done = read_batch(rc, s, near, from, to, !busy);
		if (done)
			remap_scan_mark(rc, near, from, done);
		pay(rc, s, done);
		if (remap_scan_advance(rc, near, from, to, done))
			end(rc, true);
		if (time_after(jiffies, started + TURN))
			return 0;
		cond_resched();
	}
	return NEVER;
}

static void scan_work(struct work_struct *work)
{
	struct remap_scan *s = container_of(to_delayed_work(work),
					    struct remap_scan, work);
	struct remap_c *rc = s->rc;
	unsigned long wait;

	mutex_lock(&s->mutex);
	wait = run(rc, s);
	mutex_unlock(&s->mutex);
	if (wait != NEVER && !READ_ONCE(rc->stopping))
		queue_delayed_work(rc->background, &s->work, wait);
}

int remap_scan_init(struct remap_c *rc)
{
	struct remap_scan *s = kzalloc(sizeof(*s), GFP_KERNEL);

	if (!s)
		return -ENOMEM;
	s->rc = rc;
	s->doing_block = REMAP_NO_BLOCK;
	s->unknown = REMAP_NO_BLOCK;
	s->doing_since = ktime_get();
	mutex_init(&s->mutex);
	INIT_DELAYED_WORK(&s->work, scan_work);
	rc->scan = s;
	return 0;
}

void remap_scan_exit(struct remap_c *rc)
{
	struct remap_scan *s = rc->scan;

	if (!s)
		return;
	cancel_delayed_work_sync(&s->work);
	free_pages_of(s);
	kfree(s);
	rc->scan = NULL;
}

/**
 * remap_scan_kick() - look anew what is to be done
 * @rc: target
 *
 * What was read until now is paid for: the rate may have changed.
 *
 * Context: any.
 */
void remap_scan_kick(struct remap_c *rc)
{
	if (!rc->active || READ_ONCE(rc->stopping))
		return;
	WRITE_ONCE(rc->scan->due, 0);
	mod_delayed_work(rc->background, &rc->scan->work, 0);
}

/* Go on where an earlier activation stopped. */
void remap_scan_resume(struct remap_c *rc)
{
	struct remap_counters *c = &rc->count;
	u64 blocks = remap_target_blocks(rc);

	mutex_lock(&rc->scan->mutex);
	rc->scan->resumed_at = jiffies;
	if (c->scan_state != REMAP_SCAN_IDLE &&
	    (c->scan_state > REMAP_SCAN_PAUSED || !c->scan_count ||
	     c->scan_first >= blocks || c->scan_count > blocks - c->scan_first ||
	     c->scan_block < c->scan_first ||
	     c->scan_block - c->scan_first >= c->scan_count)) {
		spin_lock_irq(&rc->lock);
		WRITE_ONCE(c->scan_state, REMAP_SCAN_IDLE);
		c->scan_block = 0;
		spin_unlock_irq(&rc->lock);
	}
	mutex_unlock(&rc->scan->mutex);
	remap_scan_kick(rc);
}

/* Nothing is read after this until remap_scan_resume(). */
void remap_scan_suspend(struct remap_c *rc)
{
	cancel_delayed_work_sync(&rc->scan->work);
	mutex_lock(&rc->scan->mutex);
	free_pages_of(rc->scan);
	if (rc->count.scan_state == REMAP_SCAN_RUNNING)
		remap_scan_does(rc, REMAP_DOING_SUSPENDED, REMAP_NO_BLOCK);
	mutex_unlock(&rc->scan->mutex);
}

/* What the status calls it. */
const char *remap_scan_name(struct remap_c *rc)
{
	switch (READ_ONCE(rc->count.scan_state)) {
	case REMAP_SCAN_RUNNING:
		return "running";
	case REMAP_SCAN_PAUSED:
		return "paused";
	default:
		return rc->no_scan ? "off" : "idle";
	}
}

static void lock_scan(struct remap_scan *s)
{
	atomic_inc(&s->callers);
	mutex_lock(&s->mutex);
	atomic_dec(&s->callers);
}

static void set_state(struct remap_c *rc, enum remap_scan_state state)
{
	unsigned long flags;

	spin_lock_irqsave(&rc->lock, flags);
	WRITE_ONCE(rc->count.scan_state, state);
	rc->dirty = true;
	spin_unlock_irqrestore(&rc->lock, flags);
	if (state == REMAP_SCAN_PAUSED)
		remap_scan_does(rc, REMAP_DOING_PAUSED, REMAP_NO_BLOCK);
}

/**
 * remap_scan_start() - the message `scan start`
 * @rc: target, active
 * @first: first main block
 * @count: number of blocks, all within the target
 *
 * Return: 0, or -EBUSY when one is under way.
 */
int remap_scan_start(struct remap_c *rc, u64 first, u64 count)
{
	int r = 0;

	lock_scan(rc->scan);
	if (rc->count.scan_state != REMAP_SCAN_IDLE) {
		DMERR("%s: a scan is under way; send 'scan stop' first",
		      remap_name(rc));
		r = -EBUSY;
	} else {
		begin(rc, first, count);
	}
	mutex_unlock(&rc->scan->mutex);
	remap_scan_kick(rc);
	return r;
}

/* The message `scan stop`. With no scan under way there is nothing to do. */
int remap_scan_stop(struct remap_c *rc)
{
	lock_scan(rc->scan);
	if (rc->count.scan_state != REMAP_SCAN_IDLE)
		end(rc, false);
	mutex_unlock(&rc->scan->mutex);
	/* One that was paused waits for no time of its own. */
	remap_scan_kick(rc);
	return 0;
}

static int change_state(struct remap_c *rc, enum remap_scan_state state)
{
	int r = 0;

	lock_scan(rc->scan);
	if (rc->count.scan_state == REMAP_SCAN_IDLE) {
		DMERR("%s: no scan is under way; send 'scan start' first",
		      remap_name(rc));
		r = -EINVAL;
	} else {
		set_state(rc, state);
	}
	mutex_unlock(&rc->scan->mutex);
	remap_scan_kick(rc);
	return r;
}

/* The message `scan pause`. Return: 0, or -EINVAL when there is no scan. */
int remap_scan_pause(struct remap_c *rc)
{
	return change_state(rc, REMAP_SCAN_PAUSED);
}

/* The message `scan resume`. Return: 0, or -EINVAL when there is no scan. */
int remap_scan_continue(struct remap_c *rc)
{
	return change_state(rc, REMAP_SCAN_RUNNING);
}
