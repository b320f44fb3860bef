// SPDX-License-Identifier: GPL-2.0
/*
 * From what happened in a region to how likely more will.
 *
 * Errors of disks come together. After one, another lies within 10 MB with a
 * probability of one half (Bairavasundaram et al., SIGMETRICS 2007, 5.4.2), and
 * nearly all of a drive's fall into the same two weeks (Schroeder, Damouras and
 * Gill, FAST 2010, 6). So an error weighs 1, half of it after 14 days; the weight
 * E of a region is its own, half of what it gained within days, and a quarter
 * of that of each region within 10 MiB. The risk is 100 E / (E + 1): 60 right
 * after one error, 50 some days later. What a number has to rest upon, how much
 * of the region was read in how recent a scan, is its confidence.
 */
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "dm-remap-scan.h"

#define DAY			86400u
#define HALF_LIFE		(14 * DAY)
#define RECENT_HALF_LIFE	DAY
#define NEAR_SECTORS		20480u		/* 10 MiB */
/* A scan is believed for two weeks, and after 60 days not at all. */
#define FRESH			(14 * DAY)
#define STALE			(60 * DAY)
#define SCAN_CONFIDENCE		80u
#define ERROR_CONFIDENCE	20u

/* What is left of a weight; between halvings a straight line. */
static u32 decay(u32 weight, u32 seconds, u32 half)
{
	u32 halvings = seconds / half;

	if (halvings > 31)
		return 0;
	weight >>= halvings;
	return weight - (u32)div_u64((u64)weight * (seconds % half), 2 * half);
}

/* A clock that was set back makes nobody forget. */
static u32 age_of(const struct remap_region *region, u32 now)
{
	return now > region->weighed_at ? now - region->weighed_at : 0;
}

/**
 * remap_region_weight() - what the errors of a region weigh by now
 * @region: the region
 * @now: Unix time
 *
 * Changes nothing: a weight that were rounded at each look would not fall when it
 * is looked at often.
 *
 * Context: caller holds region_mutex.
 */
u32 remap_region_weight(const struct remap_region *region, u32 now)
{
	return decay(region->weight, age_of(region, now), HALF_LIFE);
}

static u32 recent_weight(const struct remap_region *region, u32 now)
{
	return decay(region->recent, age_of(region, now), RECENT_HALF_LIFE);
}

/**
 * remap_region_weigh() - something went wrong in a region
 * @region: the region
 * @now: Unix time
 * @weight: of what happened
 *
 * Context: caller holds region_mutex.
 */
void remap_region_weigh(struct remap_region *region, u32 now, u32 weight)
{
	u32 old = remap_region_weight(region, now);
	u32 recent = recent_weight(region, now);

	region->weight = min(old, U32_MAX - weight) + weight;
	region->recent = min(recent, U32_MAX - weight) + weight;
	region->weighed_at = now;
}

static u64 own_weight(const struct remap_region *region, u32 now)
{
	return (u64)remap_region_weight(region, now) +
	       recent_weight(region, now) / 2;
}

/* Regions on each side whose errors count. */
static u32 radius(struct remap_c *rc)
{
	u64 sectors = (u64)rc->block_sectors << rc->region_shift;

	return div64_u64(NEAR_SECTORS + sectors - 1, sectors);
}

/* To the nearest: a weight falls with each second, and what was cut off would. */
static u32 to_risk(u64 weight)
{
	return DIV64_U64_ROUND_CLOSEST(100 * weight, weight + REMAP_WEIGHT_ONE);
}

/* The weight of a region that has errors, its neighbours' included. */
static u64 weight_of(struct remap_c *rc, const struct remap_region *region,
		     u32 now)
{
	u32 r = radius(rc), i, first = region->index - min(r, region->index);
	u64 weight = own_weight(region, now);

	for (i = first; i <= region->index + r; i++) {
		const struct remap_region *other = xa_load(&rc->regions, i);

		if (!other || other == region || list_empty(&other->list))
			continue;
		weight += remap_region_weight(other, now) / 4;
	}
	return weight;
}

static u32 confidence_of(struct remap_c *rc, const struct remap_region *region,
			 u32 now)
{
	u32 age = now > region->scanned_at ? now - region->scanned_at : 0;
	u64 grain = remap_region_grain(rc);
	u64 base = (u64)region->index << rc->region_shift;
	u32 grains = min_t(u64, REMAP_REGION_GRAINS,
			   (rc->main_blocks - base + grain - 1) >> ilog2(grain));
	u32 n = 0;

	if (region->scanned_at && age < STALE) {
		n = min(SCAN_CONFIDENCE,
			SCAN_CONFIDENCE * remap_region_bits(region) / grains);
		if (age > FRESH)
			n = n * (STALE - age) / (STALE - FRESH);
	}
	return n + (list_empty(&region->list) ? 0 : ERROR_CONFIDENCE);
}

/**
 * remap_worst() - risk of the region that looks worst
 * @rc: target
 * @risk: 0 to 100
 * @confidence: 0 to 100; of that region, or the mean of all when none has an
 *	error
 *
 * Context: process.
 */
void remap_worst(struct remap_c *rc, u32 *risk, u32 *confidence)
{
	u32 now = remap_region_now(rc), sum = 0;
	struct remap_region *region;
	unsigned long index;
	u64 most = 0;

	mutex_lock(&rc->region_mutex);
	if (list_empty(&rc->error_regions))
		xa_for_each(&rc->regions, index, region)
			sum += confidence_of(rc, region, now);
	/* At most REMAP_REGIONS_MAX times 100. */
	*confidence = sum / (u32)(((rc->main_blocks - 1) >> rc->region_shift) +
				  1);
	list_for_each_entry(region, &rc->error_regions, list) {
		u64 weight = weight_of(rc, region, now);

		if (weight <= most)
			continue;
		most = weight;
		*confidence = confidence_of(rc, region, now);
	}
	mutex_unlock(&rc->region_mutex);
	*risk = to_risk(most);
}

/* First block after the cell that a block is in. */
static u64 cell_end(const struct remap_grid *g, u64 block)
{
	u64 n = remap_cell_of(g, block) - g->cell + 1;

	return g->first + mul_u64_u64_div_u64(n, g->count, g->cells);
}

/* The blocks @from to @to - 1, as far as they lie in the grid, were read. */
static void add_scanned(const struct remap_grid *g, u64 from, u64 to)
{
	u64 next;

	to = min(to, g->first + g->count);
	for (from = max(from, g->first); from < to; from = next) {
		next = min(to, cell_end(g, from));
		remap_cell_of(g, from)->scanned += next - from;
	}
}

static void add_region(struct remap_c *rc, const struct remap_grid *g,
		       const struct remap_region *region)
{
	u64 base = (u64)region->index << rc->region_shift;
	u64 end = min(base + (1ull << rc->region_shift), rc->main_blocks);
	u64 grain = remap_region_grain(rc), at = max(base, g->first);
	unsigned int i, k;

	for (i = 0; i < REMAP_REGION_GRAINS; i = k) {
		k = i + 1;
		if (!remap_bit(region->scanned, i))
			continue;
		while (k < REMAP_REGION_GRAINS && remap_bit(region->scanned, k))
			k++;
		add_scanned(g, base + i * grain, min(base + k * grain, end));
	}
	if (!region->latency_avg)
		return;
	for (; at < min(end, g->first + g->count); at = cell_end(g, at)) {
		struct remap_cell *c = remap_cell_of(g, at);

		if (!c->scanned)
			continue;
		c->latency_sum += region->latency_avg;
		c->regions++;
		c->latency_max = max(c->latency_max, region->latency_max);
	}
}

static void judge(const struct remap_grid *g, u64 from, u64 to, u32 risk,
		  u32 confidence)
{
	u64 at = max(from, g->first);

	for (; at < min(to, g->first + g->count); at = cell_end(g, at)) {
		struct remap_cell *c = remap_cell_of(g, at);

		if (c->judged && risk < c->risk)
			continue;
		/* Of two as bad the one that is known less. */
		if (!c->judged || risk > c->risk || confidence < c->confidence)
			c->confidence = confidence;
		c->risk = risk;
		c->judged = true;
	}
}

/**
 * remap_risk_cells() - what regions say of a range
 * @rc: target
 * @g: the range; fills in what was scanned, latencies, risk and confidence
 *
 * Context: process, GFP_KERNEL as the caller allows it.
 * Return: 0 or -ENOMEM.
 */
int remap_risk_cells(struct remap_c *rc, const struct remap_grid *g)
{
	u32 first = g->first >> rc->region_shift, r = radius(rc), i;
	u32 last = (g->first + g->count - 1) >> rc->region_shift;
	u32 now = remap_region_now(rc);
	struct remap_region *region, *any;
	unsigned long index;
	u64 *weight;

	weight = kvcalloc(last - first + 1, sizeof(*weight), GFP_KERNEL);
	if (!weight)
		return -ENOMEM;
	mutex_lock(&rc->region_mutex);
	list_for_each_entry(region, &rc->error_regions, list) {
		u32 from = max(region->index - min(r, region->index), first);
		u32 near = remap_region_weight(region, now) / 4;

		for (i = from; i <= min(region->index + r, last); i++)
			weight[i - first] += i == region->index ?
					     own_weight(region, now) : near;
	}
	xa_for_each_range(&rc->regions, index, any, first, last)
		add_region(rc, g, any);
	for (i = first; i <= last; i++) {
		u64 from = (u64)i << rc->region_shift;

		any = xa_load(&rc->regions, i);
		if (any || weight[i - first])
			judge(g, from, from + (1ull << rc->region_shift),
			      to_risk(weight[i - first]),
			      any ? confidence_of(rc, any, now) : 0);
	}
	mutex_unlock(&rc->region_mutex);
	kvfree(weight);
	return 0;
}
