// SPDX-License-Identifier: GPL-2.0
/*
 * Regions on the spare. What does not fit is not saved: those without errors go
 * last, since another scan finds out the same.
 */
#include <linux/minmax.h>
#include <linux/mm.h>

#include "dm-remap-scan.h"

static void encode(const struct remap_region *r, struct remap_disk_region *d)
{
	unsigned int i;

	d->index = cpu_to_le32(r->index);
	d->scanned_at = cpu_to_le32(r->scanned_at);
	d->latency_avg = cpu_to_le32(r->latency_avg);
	d->latency_max = cpu_to_le32(r->latency_max);
	for (i = 0; i < ARRAY_SIZE(r->errors); i++)
		d->errors[i] = cpu_to_le32(r->errors[i]);
	d->weight = cpu_to_le32(r->weight);
	d->recent = cpu_to_le32(r->recent);
	d->weighed_at = cpu_to_le32(r->weighed_at);
	d->pass = cpu_to_le32(r->pass);
	for (i = 0; i < ARRAY_SIZE(r->scanned); i++)
		d->scanned[i] = cpu_to_le64(r->scanned[i]);
}

/* Caller holds region_mutex but not while a unit is written. */
static int add(struct remap_c *rc, struct remap_state_writer *w,
	       const struct remap_region *region)
{
	struct remap_disk_regions *u = w->unit;
	int r = 0;

	encode(region, &u->region[w->count++]);
	if (w->count == REMAP_STATE_REGION_MAX) {
		mutex_unlock(&rc->region_mutex);
		r = remap_state_flush(rc, w);
		mutex_lock(&rc->region_mutex);
	}
	return r;
}

/**
 * remap_regions_save() - write what is known of regions
 * @rc: target; caller holds state_mutex
 * @w: with state_buf and the units that may be written
 *
 * Regions are never freed while the target is there, and the list of those with
 * errors only grows at its end, so the mutex may be left in between.
 *
 * Return: 0 or what writing said.
 */
int remap_regions_save(struct remap_c *rc, struct remap_state_writer *w)
{
	struct remap_region *region, *other;
	unsigned long index;
	int r = 0;

	mutex_lock(&rc->region_mutex);
	list_for_each_entry(region, &rc->error_regions, list) {
		if (r || !w->room)
			break;
		r = add(rc, w, region);
	}
	xa_for_each(&rc->regions, index, other) {
		if (r || !w->room)
			break;
		if (list_empty(&other->list))
			r = add(rc, w, other);
	}
	mutex_unlock(&rc->region_mutex);
	return r ? r : remap_state_flush(rc, w);
}

/**
 * remap_regions_load() - take over saved regions
 * @rc: target, nobody else can see it
 * @u: a valid unit
 *
 * Nothing depends on what it says but what is shown; numbers that cannot be are
 * passed over.
 */
void remap_regions_load(struct remap_c *rc, const struct remap_disk_regions *u)
{
	u32 i, k, n = min(le32_to_cpu(u->unit.count), REMAP_STATE_REGION_MAX);

	mutex_lock(&rc->region_mutex);
	for (i = 0; i < n; i++) {
		const struct remap_disk_region *d = &u->region[i];
		u32 index = le32_to_cpu(d->index), errors = 0;
		struct remap_region *r;

		if ((u64)index << rc->region_shift >= rc->main_blocks)
			continue;
		r = remap_region_get(rc, index);
		if (!r)
			break;
		r->scanned_at = le32_to_cpu(d->scanned_at);
		r->latency_avg = le32_to_cpu(d->latency_avg);
		r->latency_max = le32_to_cpu(d->latency_max);
		for (k = 0; k < ARRAY_SIZE(r->errors); k++) {
			r->errors[k] = le32_to_cpu(d->errors[k]);
			errors |= r->errors[k];
		}
		r->weight = le32_to_cpu(d->weight);
		r->recent = le32_to_cpu(d->recent);
		r->weighed_at = le32_to_cpu(d->weighed_at);
		r->pass = le32_to_cpu(d->pass);
		for (k = 0; k < ARRAY_SIZE(r->scanned); k++)
			r->scanned[k] = le64_to_cpu(d->scanned[k]);
		if (errors && list_empty(&r->list))
			list_add_tail(&r->list, &rc->error_regions);
	}
	mutex_unlock(&rc->region_mutex);
}
