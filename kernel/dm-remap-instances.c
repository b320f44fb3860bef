// SPDX-License-Identifier: GPL-2.0
/*
 * What the targets of this machine have to do with each other.
 */
#include <linux/list.h>
#include <linux/mutex.h>

#include "dm-remap.h"

/* All targets, so that two do not share a device. */
static LIST_HEAD(instances);
static DEFINE_MUTEX(instances_mutex);

/* Have two devices a sector in common? */
bool remap_overlap(struct block_device *a, struct block_device *b)
{
	sector_t a_start = get_start_sect(a), b_start = get_start_sect(b);

	return a->bd_disk == b->bd_disk &&
	       a_start < b_start + remap_bdev_sectors(b) &&
	       b_start < a_start + remap_bdev_sectors(a);
}

/**
 * remap_join() - be one of all targets
 * @rc: target with its devices
 *
 * device-mapper opens devices in its own name, so two mapped devices may open
 * the same one. A second table of the same mapped device may: it takes over.
 *
 * Context: process, until remap_leave().
 * Return: 0, -EBUSY when another device uses one of these, or -EINVAL when the
 * table that is in use has mapped blocks beyond the end of this one.
 */
int remap_join(struct remap_c *rc)
{
	struct mapped_device *md = dm_table_get_md(rc->ti->table);
	struct remap_c *other;
	int r = 0;

	mutex_lock(&instances_mutex);
	list_for_each_entry(other, &instances, instances) {
		if (dm_table_get_md(other->ti->table) == md &&
		    other->ti->table != rc->ti->table) {
			/* Pairs with remap_activate(). */
			bool loaded = smp_load_acquire(&other->loaded);

			if (other->spare->bdev == rc->spare->bdev && loaded)
				r = remap_check_length(rc, other);
			if (r)
				break;
			continue;
		}
		if (remap_overlap(rc->main->bdev, other->main->bdev) ||
		    remap_overlap(rc->main->bdev, other->spare->bdev) ||
		    remap_overlap(rc->spare->bdev, other->main->bdev) ||
		    remap_overlap(rc->spare->bdev, other->spare->bdev)) {
			DMERR("%s: main %s or spare %s is in use by %s",
			      remap_name(rc), rc->main->name, rc->spare->name,
			      remap_name(other));
			rc->ti->error = "Main or spare is in use by another remap target";
			r = -EBUSY;
			break;
		}
	}
	if (!r)
		list_add(&rc->instances, &instances);
	mutex_unlock(&instances_mutex);
	return r;
}

/* May be called without remap_join(). */
void remap_leave(struct remap_c *rc)
{
	mutex_lock(&instances_mutex);
	list_del_init(&rc->instances);
	mutex_unlock(&instances_mutex);
}

/**
 * remap_inherit() - a flush that failed is not forgotten with its table
 * @rc: target
 *
 * What a flush of an older table of the same device could not make durable, the
 * next flush from above is to tell, see remap_end_flush(); also when another
 * disk has the data by now, as it may be a copy of what the drive has left.
 *
 * Context: process, while the older table is suspended and not yet freed.
 */
void remap_inherit(struct remap_c *rc)
{
	struct mapped_device *md = dm_table_get_md(rc->ti->table);
	struct remap_c *other;
	unsigned int i;

	mutex_lock(&instances_mutex);
	list_for_each_entry(other, &instances, instances) {
		if (other == rc || dm_table_get_md(other->ti->table) != md)
			continue;
		for (i = 0; i < 2; i++)
			if (test_and_clear_bit(i, &other->flush_failed))
				set_bit(i, &rc->flush_failed);
	}
	mutex_unlock(&instances_mutex);
}
