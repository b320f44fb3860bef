// SPDX-License-Identifier: GPL-2.0
/*
 * Reports of debugfs that are made in one go.
 */
#include <linux/mm.h>
#include <linux/seq_file.h>

#include "dm-remap-scan.h"

/* Reads that are timed: the scanner's, and those a worker issues alone. */
int remap_show_latency(struct remap_c *rc, struct seq_file *m)
{
	u64 n[REMAP_LATENCY_BUCKETS];
	unsigned int i;

	spin_lock_irq(&rc->lock);
	memcpy(n, rc->latency, sizeof(n));
	spin_unlock_irq(&rc->lock);
	seq_puts(m, "# reads of main by the scanner, and of blocks alone after an error, since activation\n");
	seq_puts(m, "# <from us> <below us> <reads>\n");
	for (i = 0; i < REMAP_LATENCY_BUCKETS; i++) {
		if (!n[i])
			continue;
		seq_printf(m, "%llu ", i ? 1ull << (i - 1) : 0);
		if (i < REMAP_LATENCY_BUCKETS - 1)
			seq_printf(m, "%llu %llu\n", 1ull << i, n[i]);
		else
			seq_printf(m, "- %llu\n", n[i]);
	}
	return 0;
}

int remap_show_regions(struct remap_c *rc, struct seq_file *m)
{
	u32 now = remap_region_now(rc);
	struct remap_region *region;
	unsigned long index = 0;
	unsigned int i;

	mutex_lock(&rc->region_mutex);
	seq_printf(m, "# regions of %llu blocks, grains of %llu\n",
		   1ull << rc->region_shift, remap_region_grain(rc));
	seq_puts(m, "# <region> <first block> <grains scanned> <last scan, Unix time> <average us> <worst us> <read errors> <write errors> <soft errors> <slow reads> <weight, 65536 for one error>\n");
	xa_for_each(&rc->regions, index, region) {
		if (seq_has_overflowed(m))
			break;
		seq_printf(m, "%u %llu %u %u %u %u", region->index,
			   (u64)region->index << rc->region_shift,
			   remap_region_bits(region), region->scanned_at,
			   region->latency_avg, region->latency_max);
		for (i = 0; i < ARRAY_SIZE(region->errors); i++)
			seq_printf(m, " %u", region->errors[i]);
		seq_printf(m, " %u\n", remap_region_weight(region, now));
	}
	mutex_unlock(&rc->region_mutex);
	return 0;
}

int remap_show_metadata(struct remap_c *rc, struct seq_file *m)
{
	const struct remap_super *s = &rc->super;
	const struct remap_layout *l = &s->layout;
	unsigned int i;

	mutex_lock(&rc->commit_mutex);
	seq_printf(m, "uuid %pUb\n", s->uuid);
	seq_printf(m, "main_id %s\n", s->main_id[0] ? s->main_id : "-");
	seq_printf(m, "version %u\n", s->version);
	seq_printf(m, "features compat %llx ro_compat %llx incompat %llx\n",
		   s->compat, s->ro_compat,
		   s->moved_count ? REMAP_INCOMPAT_MOVED : 0);
	seq_printf(m, "created %llu\n", s->created);
	seq_printf(m, "main_sectors %llu\n", s->main_sectors);
	seq_printf(m, "spare_sectors %llu\n", l->spare_sectors);
	seq_printf(m, "block_sectors %u\n", l->block_sectors);
	seq_printf(m, "spare_blocks %llu usable %llu\n", l->spare_blocks,
		   remap_spare_total(rc));
	seq_printf(m, "table_units %llu ready %llu\n", l->table_units,
		   s->table_ready);
	seq_printf(m, "state_units %u\n", l->state_units);
	seq_printf(m, "sequence %llu super %llu\n", rc->sequence, s->sequence);
	for (i = 0; i < REMAP_COPIES; i++)
		seq_printf(m, "copy %u first_sector %llu sectors %llu %s\n", i,
			   l->place[i] * REMAP_UNIT_SECTORS,
			   l->area_units * REMAP_UNIT_SECTORS,
			   READ_ONCE(rc->copy_failed[i]) ? "failed" : "good");
	for (i = 0; i < s->missed_count; i++) {
		seq_printf(m, "missed copy %u ", s->missed[i].copy);
		if (s->missed[i].unit == REMAP_MISSED_ALL)
			seq_puts(m, "all units\n");
		else
			seq_printf(m, "unit %llu\n", s->missed[i].unit);
	}
	for (i = 0; i < s->moved_count; i++)
		seq_printf(m, "moved copy %u unit %llu sector %llu\n",
			   s->moved[i].copy, s->moved[i].unit,
			   s->moved[i].place * REMAP_UNIT_SECTORS);
	mutex_unlock(&rc->commit_mutex);
	return 0;
}
