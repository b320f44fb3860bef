// SPDX-License-Identifier: GPL-2.0
/*
 * Reports of debugfs that are made in one go.
 */
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/seq_file.h>

#include "dm-remap-show.h"

#define REGIONS_MAX	65536u

/* Reads that are timed: those a worker issues alone. */
int remap_show_latency(struct remap_c *rc, struct seq_file *m)
{
	u64 n[REMAP_LATENCY_BUCKETS];
	unsigned int i;

	spin_lock_irq(&rc->lock);
	memcpy(n, rc->latency, sizeof(n));
	spin_unlock_irq(&rc->lock);
	seq_puts(m, "# reads of main that were issued alone after an error, since activation\n");
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
	u64 blocks = remap_target_blocks(rc);
	u32 i, regions = min_t(u64, blocks, REGIONS_MAX);
	unsigned int noio = memalloc_noio_save();
	struct remap_cell *cell;
	int r;

	r = remap_cells(rc, 0, blocks, regions, &cell);
	memalloc_noio_restore(noio);
	if (r)
		return r;
	seq_printf(m, "# %u regions of %llu blocks; nothing has scanned them\n",
		   regions, blocks);
	seq_puts(m, "# <region> <first block> <mapped> <pending> <soft> <slow>\n");
	for (i = 0; i < regions && !seq_has_overflowed(m); i++) {
		const struct remap_cell *c = &cell[i];

		if (c->mapped || c->pending || c->soft || c->slow)
			seq_printf(m, "%u %llu %u %u %u %u\n", i,
				   mul_u64_u64_div_u64(i, blocks, regions),
				   c->mapped, c->pending, c->soft, c->slow);
	}
	kvfree(cell);
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
