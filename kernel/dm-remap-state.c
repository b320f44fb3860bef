// SPDX-License-Identifier: GPL-2.0
/*
 * What may be lost without losing data: counters, events, pending blocks, what
 * is known of regions and of marginal blocks, how far the scan is.
 *
 * Saved in turn to two slots, one in the area of each metadata copy; the head
 * of a slot is written last and makes it hold.
 */
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/mm.h>

#include "dm-remap-scan.h"

#define BUF_BYTES	(REMAP_IO_PAGES * PAGE_SIZE)
/*
 * After a crash the numbers given out since the last save are not known; go on
 * so far above that none is given twice.
 */
#define EVENT_SKIP	(16 * REMAP_EVENT_RING)
/* So many events after the last save the next one is due at once. */
#define EVENTS_UNSAVED	(EVENT_SKIP / 4)

static void save_work(struct work_struct *work)
{
	struct remap_c *rc = container_of(to_delayed_work(work),
					  struct remap_c, save_work);

	/* `set save_interval` may have come while the device was suspended. */
	if (READ_ONCE(rc->stopping))
		return;
	if (READ_ONCE(rc->dirty))
		remap_state_save(rc, false);
	queue_delayed_work(rc->wq, &rc->save_work,
			   rc->arg[REMAP_SAVE_INTERVAL] * HZ);
}

int remap_state_init(struct remap_c *rc)
{
	INIT_DELAYED_WORK(&rc->save_work, save_work);
	rc->state_buf = alloc_pages_exact(BUF_BYTES, GFP_KERNEL);
	return rc->state_buf ? 0 : -ENOMEM;
}

void remap_state_exit(struct remap_c *rc)
{
	if (!rc->state_buf)
		return;
	cancel_delayed_work_sync(&rc->save_work);
	free_pages_exact(rc->state_buf, BUF_BYTES);
}

struct remap_save {
	unsigned int slot;
	u64 sequence;
	u32 units;		/* so far, head included */
};

static void seal(struct remap_c *rc, struct remap_save *s, u32 index, u32 kind,
		 u32 count)
{
	struct remap_unit *u = rc->state_buf;

	u->kind = cpu_to_le32(kind);
	u->count = cpu_to_le32(count);
	remap_unit_seal(u, REMAP_MAGIC_STATE, rc->super.uuid, s->sequence,
			index);
}

static sector_t sector_of(struct remap_c *rc, struct remap_save *s, u32 index)
{
	return remap_state_sector(rc, s->slot) + index * REMAP_UNIT_SECTORS;
}

static int write_unit(struct remap_c *rc, struct remap_save *s, u32 index,
		      u32 kind, u32 count)
{
	seal(rc, s, index, kind, count);
	if (remap_io_buffer(rc, rc->spare->bdev, sector_of(rc, s, index),
			    rc->state_buf, REMAP_UNIT, REQ_OP_WRITE | REQ_META))
		return -EIO;
	return 0;
}

/* Once all else is durable. */
static int write_head(struct remap_c *rc, struct remap_save *s)
{
	seal(rc, s, 0, REMAP_STATE_HEAD, 0);
	if (remap_flush(rc, rc->spare->bdev) ||
	    !remap_write_durable(rc, sector_of(rc, s, 0), rc->state_buf))
		return -EIO;
	return 0;
}

static int save_events(struct remap_c *rc, struct remap_save *s, u64 last)
{
	struct remap_disk_events *u = rc->state_buf;
	unsigned int n;
	u32 count = 0;

	memset(u, 0, sizeof(*u));
	for (n = 0; n < REMAP_EVENT_RING; n++) {
		if (!remap_event_get(rc, last, n, &u->event[count]) ||
		    ++count < REMAP_STATE_EVENT_MAX)
			continue;
		if (write_unit(rc, s, s->units++, REMAP_STATE_EVENTS, count))
			return -EIO;
		memset(u, 0, sizeof(*u));
		count = 0;
	}
	if (!count)
		return 0;
	memset(&u->event[count], 0,
	       (REMAP_STATE_EVENT_MAX - count) * sizeof(u->event[0]));
	return write_unit(rc, s, s->units++, REMAP_STATE_EVENTS, count);
}

static int save_pending(struct remap_c *rc, struct remap_save *s)
{
	struct remap_disk_pendings *u = rc->state_buf;
	unsigned long index = 0;
	void *entry;
	u32 n = 0;

	memset(u, 0, sizeof(*u));
	xa_for_each(&rc->pending, index, entry) {
		u->pending[n].block = cpu_to_le64(index);
		u->pending[n].seconds = cpu_to_le64(xa_to_value(entry));
		if (++n < REMAP_STATE_PENDING_MAX)
			continue;
		if (s->units == rc->super.layout.state_units)
			return 0;
		if (write_unit(rc, s, s->units++, REMAP_STATE_PENDING, n))
			return -EIO;
		memset(u, 0, sizeof(*u));
		n = 0;
	}
	if (!n || s->units == rc->super.layout.state_units)
		return 0;
	return write_unit(rc, s, s->units++, REMAP_STATE_PENDING, n);
}

/**
 * remap_state_flush() - write what a writer holds, and begin its next unit
 * @rc: target; caller holds state_mutex
 * @w: writer; one that holds nothing writes nothing
 *
 * Context: process.
 * Return: 0 or -EIO.
 */
int remap_state_flush(struct remap_c *rc, struct remap_state_writer *w)
{
	int r;

	if (!w->count)
		return 0;
	r = write_unit(rc, w->save, w->save->units++, w->kind, w->count);
	memset(w->unit, 0, REMAP_UNIT);
	w->count = 0;
	w->room--;
	return r;
}

/* A writer that begins, for so many units. */
static struct remap_state_writer begin_writing(struct remap_c *rc,
					       struct remap_save *s, u32 kind,
					       u32 room)
{
	memset(rc->state_buf, 0, REMAP_UNIT);
	return (struct remap_state_writer) {
		.unit = rc->state_buf, .kind = kind, .room = room, .save = s,
	};
}

static int save_all(struct remap_c *rc, struct remap_save *s, bool clean)
{
	struct remap_disk_head *h = rc->state_buf;
	const struct remap_counters *c = &rc->count;
	u32 event_units, pending_units, region_units, marginal_units, room;
	struct remap_state_writer w;
	u64 last;

	/* Before anything is looked at: what comes later makes it dirty again. */
	WRITE_ONCE(rc->dirty, false);
	spin_lock_irq(&rc->event_lock);
	last = rc->last_event;
	spin_unlock_irq(&rc->event_lock);
	if (save_events(rc, s, last))
		return -EIO;
	event_units = s->units - 1;
	if (save_pending(rc, s))
		return -EIO;
	pending_units = s->units - 1 - event_units;
	room = rc->super.layout.state_units - s->units;
	marginal_units = remap_marginal_units(rc, room);
	w = begin_writing(rc, s, REMAP_STATE_REGIONS, room - marginal_units);
	if (remap_regions_save(rc, &w))
		return -EIO;
	region_units = s->units - 1 - event_units - pending_units;
	w = begin_writing(rc, s, REMAP_STATE_MARGINAL, marginal_units);
	if (remap_marginal_save(rc, &w))
		return -EIO;
	marginal_units = s->units - 1 - event_units - pending_units -
			 region_units;

	memset(h, 0, sizeof(*h));
	h->flags = cpu_to_le32(clean ? REMAP_STATE_CLEAN : 0);
	h->event_units = cpu_to_le32(event_units);
	h->pending_units = cpu_to_le32(pending_units);
	h->region_units = cpu_to_le32(region_units);
	h->last_event = cpu_to_le64(last);
	h->saved = cpu_to_le64(remap_region_now(rc));
	spin_lock_irq(&rc->lock);
	h->auto_remaps = cpu_to_le64(c->remaps[REMAP_CAUSE_AUTO]);
	h->manual_remaps = cpu_to_le64(c->remaps[REMAP_CAUSE_MANUAL]);
	h->proactive_remaps = cpu_to_le64(c->remaps[REMAP_CAUSE_PROACTIVE]);
	h->read_errors = cpu_to_le64(c->read_errors);
	h->write_errors = cpu_to_le64(c->write_errors);
	h->soft_errors = cpu_to_le64(c->soft_errors);
	h->slow_reads = cpu_to_le64(c->slow_reads);
	h->scan_block = cpu_to_le64(c->scan_block);
	h->scan_passes = cpu_to_le64(c->scan_passes);
	h->scan_first = cpu_to_le64(c->scan_first);
	h->scan_count = cpu_to_le64(c->scan_count);
	h->scan_started = cpu_to_le64(c->scan_started);
	h->scan_state = cpu_to_le32(c->scan_state);
	h->marginal_units = cpu_to_le32(marginal_units);
	spin_unlock_irq(&rc->lock);
	if (write_head(rc, s))
		return -EIO;
	spin_lock_irq(&rc->event_lock);
	rc->saved_event = last;
	spin_unlock_irq(&rc->event_lock);
	return 0;
}

/* Save to the older slot. Caller holds state_mutex. */
static int save(struct remap_c *rc, bool clean)
{
	struct remap_save s = { .units = 1 };
	int r;

	mutex_lock(&rc->commit_mutex);
	s.sequence = ++rc->sequence;
	mutex_unlock(&rc->commit_mutex);
	s.slot = !rc->state_slot;
	r = save_all(rc, &s, clean);
	if (r) {
		WRITE_ONCE(rc->dirty, true);
		remap_copy_failed(rc, s.slot);
		/* The next try goes to the slot that may still be writable. */
	}
	rc->state_slot = s.slot;
	return r;
}

/**
 * remap_state_save() - save to the older slot
 * @rc: target
 * @clean: nothing will happen any more before the next load
 *
 * Return: 0 or -EIO; then the other slot holds as before.
 */
int remap_state_save(struct remap_c *rc, bool clean)
{
	int r;

	mutex_lock(&rc->state_mutex);
	rc->saved_clean = clean;
	r = save(rc, clean);
	mutex_unlock(&rc->state_mutex);
	return r;
}

/**
 * remap_state_told() - an event was noted
 * @rc: target
 * @unsaved: number of events since the last save
 *
 * A burst of events is saved before a crash could have their numbers given out
 * again.
 *
 * Context: any.
 */
void remap_state_told(struct remap_c *rc, u64 unsaved)
{
	if (unsaved && !(unsaved % EVENTS_UNSAVED) && rc->active &&
	    !READ_ONCE(rc->stopping))
		mod_delayed_work(rc->wq, &rc->save_work, 0);
}

/**
 * remap_state_settle() - what a suspended target was told is saved too
 * @rc: target
 *
 * Nobody saves it later: the next table may come, or the device may go.
 *
 * Context: process.
 */
void remap_state_settle(struct remap_c *rc)
{
	mutex_lock(&rc->state_mutex);
	if (rc->saved_clean && save(rc, true))
		save(rc, true);
	mutex_unlock(&rc->state_mutex);
}

static bool read_unit(struct remap_c *rc, unsigned int slot, u32 index)
{
	const struct remap_unit *u = rc->state_buf;

	return !remap_io_buffer(rc, rc->spare->bdev,
				remap_state_sector(rc, slot) +
				index * REMAP_UNIT_SECTORS, rc->state_buf,
				REMAP_UNIT, REQ_OP_READ) &&
	       !remap_unit_check(u, REMAP_MAGIC_STATE, rc->super.uuid) &&
	       le64_to_cpu(u->index) == index;
}

static void load_events(struct remap_c *rc, const struct remap_disk_events *u)
{
	u32 i, n = min(le32_to_cpu(u->unit.count), REMAP_STATE_EVENT_MAX);

	for (i = 0; i < n; i++) {
		u64 number = le64_to_cpu(u->event[i].number);

		if (!number || number > rc->last_event)
			continue;
		rc->events[number % REMAP_EVENT_RING] = u->event[i];
		rc->events[number % REMAP_EVENT_RING]
			.detail[REMAP_DETAIL_MAX - 1] = 0;
	}
}

static void load_pending(struct remap_c *rc,
			 const struct remap_disk_pendings *u)
{
	u32 i, n = min(le32_to_cpu(u->unit.count), REMAP_STATE_PENDING_MAX);

	for (i = 0; i < n; i++) {
		u64 block = le64_to_cpu(u->pending[i].block);
		struct remap_view view;

		if (block >= rc->main_blocks)
			continue;
		remap_view(rc, block, &view);
		if (!view.mapped)
			remap_mark_pending(rc, block,
					   le64_to_cpu(u->pending[i].seconds), NULL);
	}
}

static void load_head(struct remap_c *rc, const struct remap_disk_head *h)
{
	struct remap_counters *c = &rc->count;

	c->remaps[REMAP_CAUSE_AUTO] = le64_to_cpu(h->auto_remaps);
	c->remaps[REMAP_CAUSE_MANUAL] = le64_to_cpu(h->manual_remaps);
	c->remaps[REMAP_CAUSE_PROACTIVE] = le64_to_cpu(h->proactive_remaps);
	c->read_errors = le64_to_cpu(h->read_errors);
	c->write_errors = le64_to_cpu(h->write_errors);
	c->soft_errors = le64_to_cpu(h->soft_errors);
	c->slow_reads = le64_to_cpu(h->slow_reads);
	c->scan_block = le64_to_cpu(h->scan_block);
	c->scan_passes = le64_to_cpu(h->scan_passes);
	c->scan_first = le64_to_cpu(h->scan_first);
	c->scan_count = le64_to_cpu(h->scan_count);
	c->scan_started = le64_to_cpu(h->scan_started);
	c->scan_state = le32_to_cpu(h->scan_state);
	rc->last_event = le64_to_cpu(h->last_event);
	rc->loaded_at = le64_to_cpu(h->saved);
}

/* The table knows better how many blocks are remapped than an old save does. */
static void count_mapped(struct remap_c *rc)
{
	u64 n[4] = {}, slot, block;
	unsigned int i;

	for (slot = 0; remap_next_mapped(rc, &slot, &block); slot++)
		n[remap_slot(rc, slot)->key >> REMAP_KEY_CAUSE_SHIFT & 3]++;
	for (i = REMAP_CAUSE_AUTO; i <= REMAP_CAUSE_PROACTIVE; i++)
		rc->count.remaps[i] = max(rc->count.remaps[i], n[i]);
}

/**
 * remap_state_load() - take over the newest saved state, if any can be read
 * @rc: target; the table is loaded
 */
void remap_state_load(struct remap_c *rc)
{
	struct remap_disk_head *h = rc->state_buf;
	u64 sequence = 0;
	u32 i, units = 0;
	unsigned int slot;
	bool clean = false;

	mutex_lock(&rc->state_mutex);
	for (slot = 0; slot < REMAP_COPIES; slot++) {
		if (!read_unit(rc, slot, 0) ||
		    le32_to_cpu(h->unit.kind) != REMAP_STATE_HEAD ||
		    le64_to_cpu(h->unit.sequence) <= sequence)
			continue;
		sequence = le64_to_cpu(h->unit.sequence);
		rc->state_slot = slot;
		clean = le32_to_cpu(h->flags) & REMAP_STATE_CLEAN;
		units = min_t(u64, 1ull + le32_to_cpu(h->event_units) +
			      le32_to_cpu(h->pending_units) +
			      le32_to_cpu(h->region_units) +
			      le32_to_cpu(h->marginal_units),
			      rc->super.layout.state_units);
		load_head(rc, h);
	}
	for (i = 1; i < units; i++) {
		struct remap_unit *u = rc->state_buf;

		if (!read_unit(rc, rc->state_slot, i) ||
		    le64_to_cpu(u->sequence) != sequence)
			continue;
		if (le32_to_cpu(u->kind) == REMAP_STATE_EVENTS)
			load_events(rc, rc->state_buf);
		else if (le32_to_cpu(u->kind) == REMAP_STATE_PENDING)
			load_pending(rc, rc->state_buf);
		else if (le32_to_cpu(u->kind) == REMAP_STATE_REGIONS)
			remap_regions_load(rc, rc->state_buf);
		else if (le32_to_cpu(u->kind) == REMAP_STATE_MARGINAL)
			remap_marginal_load(rc, rc->state_buf);
	}
	rc->sequence = max(rc->sequence, sequence);
	if (sequence && !clean)
		rc->last_event += EVENT_SKIP;
	rc->saved_event = rc->last_event;
	count_mapped(rc);
	mutex_unlock(&rc->state_mutex);
}
