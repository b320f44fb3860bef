// SPDX-License-Identifier: GPL-2.0
/*
 * The ring of events, and telling user space that there are new ones.
 */
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "dm-remap.h"

/* At most ten device-mapper events a second. */
#define TELL_INTERVAL	(HZ / 10)

static const char * const event_names[] = {
	[REMAP_EVENT_REMAP] = "remap",
	[REMAP_EVENT_UNMAP] = "unmap",
	[REMAP_EVENT_PENDING] = "pending",
	[REMAP_EVENT_RECOVERED] = "recovered",
	[REMAP_EVENT_SOFT] = "soft",
	[REMAP_EVENT_SLOW] = "slow",
	[REMAP_EVENT_SPARE_BAD] = "spare_bad",
	[REMAP_EVENT_LOW_SPARE] = "low_spare",
	[REMAP_EVENT_SPENT] = "spent",
	[REMAP_EVENT_HALTED] = "halted",
	[REMAP_EVENT_CONTINUED] = "continued",
	[REMAP_EVENT_METADATA_REPAIRED] = "metadata_repaired",
	[REMAP_EVENT_METADATA_FAILED] = "metadata_failed",
	[REMAP_EVENT_SCAN_START] = "scan_start",
	[REMAP_EVENT_SCAN_END] = "scan_end",
	[REMAP_EVENT_SET] = "set",
	[REMAP_EVENT_ACTIVATE] = "activate",
	[REMAP_EVENT_DEACTIVATE] = "deactivate",
};

const char *remap_event_name(unsigned int type)
{
	return type < ARRAY_SIZE(event_names) && event_names[type] ?
	       event_names[type] : "unknown";
}

static void tell(struct work_struct *work)
{
	struct remap_c *rc = container_of(to_delayed_work(work),
					  struct remap_c, event_work);

	WRITE_ONCE(rc->event_told, jiffies);
	dm_table_event(rc->ti->table);
}

int remap_events_init(struct remap_c *rc)
{
	INIT_DELAYED_WORK(&rc->event_work, tell);
	rc->event_told = jiffies - TELL_INTERVAL;
	rc->events = kvcalloc(REMAP_EVENT_RING, sizeof(*rc->events),
			      GFP_KERNEL);
	return rc->events ? 0 : -ENOMEM;
}

void remap_events_exit(struct remap_c *rc)
{
	if (rc->events)
		cancel_delayed_work_sync(&rc->event_work);
	kvfree(rc->events);
}

/**
 * remap_event_get() - one event of the ring
 * @rc: target
 * @last: number of the last event when the caller began
 * @n: place, 0 for the oldest, below REMAP_EVENT_RING
 * @event: result
 *
 * Numbers may jump, but only by multiples of the ring's size, so an event
 * stands in the ring until a newer one takes its very place.
 *
 * Return: false when there is none, or it is newer than @last.
 */
bool remap_event_get(struct remap_c *rc, u64 last, unsigned int n,
		     struct remap_disk_event *event)
{
	u64 number;

	spin_lock_irq(&rc->event_lock);
	*event = rc->events[(last + 1 + n) % REMAP_EVENT_RING];
	spin_unlock_irq(&rc->event_lock);
	number = le64_to_cpu(event->number);
	return number && number <= last;
}

/**
 * remap_event_after() - the oldest event in the ring above a number
 * @rc: target
 * @after: the number
 * @event: result
 *
 * Return: false when there is none.
 */
bool remap_event_after(struct remap_c *rc, u64 after,
		       struct remap_disk_event *event)
{
	u64 number, best = U64_MAX;
	unsigned int n;

	spin_lock_irq(&rc->event_lock);
	for (n = 0; n < REMAP_EVENT_RING; n++) {
		unsigned int place = (after + 1 + n) % REMAP_EVENT_RING;

		number = le64_to_cpu(rc->events[place].number);
		if (number <= after || number >= best)
			continue;
		best = number;
		*event = rc->events[place];
		/* Mostly the next one stands in the next place. */
		if (number == after + 1)
			break;
	}
	spin_unlock_irq(&rc->event_lock);
	return best != U64_MAX;
}

/**
 * remap_event() - note something that happened
 * @rc: target
 * @type: what
 * @block: main block or REMAP_NO_BLOCK
 * @slot: spare block or REMAP_NO_SLOT
 * @detail: one word of at most REMAP_DETAIL_MAX - 1 characters, or NULL
 *
 * Context: any.
 */
void remap_event(struct remap_c *rc, enum remap_event_type type, u64 block,
		 u32 slot, const char *detail)
{
	u64 ms = div_u64(ktime_get_real_ns(), NSEC_PER_MSEC);
	unsigned long flags, due, now = jiffies;
	struct remap_disk_event *e;
	u64 unsaved;

	spin_lock_irqsave(&rc->event_lock, flags);
	e = &rc->events[++rc->last_event % REMAP_EVENT_RING];
	memset(e, 0, sizeof(*e));
	e->number = cpu_to_le64(rc->last_event);
	e->ms = cpu_to_le64(ms);
	e->block = cpu_to_le64(block);
	e->slot = cpu_to_le32(slot);
	e->type = cpu_to_le16(type);
	if (detail)
		strscpy(e->detail, detail, sizeof(e->detail));
	rc->dirty = true;
	unsaved = rc->last_event - rc->saved_event;
	spin_unlock_irqrestore(&rc->event_lock, flags);

	remap_state_told(rc, unsaved);
	due = READ_ONCE(rc->event_told) + TELL_INTERVAL;
	queue_delayed_work(rc->wq, &rc->event_work,
			   time_before(now, due) ? due - now : 0);
}
