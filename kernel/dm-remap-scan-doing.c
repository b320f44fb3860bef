// SPDX-License-Identifier: GPL-2.0
/*
 * What the scanner is doing now, for somebody who looks.
 */
#include <linux/ktime.h>
#include <linux/sysfs.h>

#include "dm-remap-scan.h"

static const char * const names[] = {
	[REMAP_DOING_IDLE] = "idle",
	[REMAP_DOING_PAUSED] = "paused",
	[REMAP_DOING_SUSPENDED] = "suspended",
	[REMAP_DOING_HALTED] = "halted",
	[REMAP_DOING_BUSY] = "busy",
	[REMAP_DOING_PACING] = "pacing",
	[REMAP_DOING_MEMORY] = "memory",
	[REMAP_DOING_READING] = "reading",
	[REMAP_DOING_NEAR] = "near",
	[REMAP_DOING_RETRYING] = "retrying",
};

/**
 * remap_scan_does() - note what the scanner does from now on
 * @rc: target; caller holds the scan's mutex
 * @what: what that is
 * @block: main block it is about, or REMAP_NO_BLOCK
 *
 * It began when the first call with the same two said so.
 *
 * Context: process.
 */
void remap_scan_does(struct remap_c *rc, enum remap_doing what, u64 block)
{
	struct remap_scan *s = rc->scan;
	unsigned long flags;

	if (s->doing == what && s->doing_block == block)
		return;
	spin_lock_irqsave(&rc->lock, flags);
	s->doing = what;
	s->doing_block = block;
	s->doing_since = ktime_get();
	spin_unlock_irqrestore(&rc->lock, flags);
}

/**
 * remap_scan_doing_show() - the file scan_doing
 * @rc: target
 * @buf: a page
 *
 * `<what> <block or -> <milliseconds since it began>`
 *
 * Context: process. Does not wait for the scanner, which may be in a read.
 * Return: length of what was written.
 */
ssize_t remap_scan_doing_show(struct remap_c *rc, char *buf)
{
	struct remap_scan *s = rc->scan;
	enum remap_doing what;
	ktime_t since;
	u64 block;

	spin_lock_irq(&rc->lock);
	what = s->doing;
	block = s->doing_block;
	since = s->doing_since;
	spin_unlock_irq(&rc->lock);
	if (block == REMAP_NO_BLOCK)
		return sysfs_emit(buf, "%s - %lld\n", names[what],
				  ktime_ms_delta(ktime_get(), since));
	return sysfs_emit(buf, "%s %llu %lld\n", names[what], block,
			  ktime_ms_delta(ktime_get(), since));
}
