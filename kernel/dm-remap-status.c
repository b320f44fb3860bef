// SPDX-License-Identifier: GPL-2.0
/*
 * Status and table line. Neither has side effects.
 */
#include "dm-remap.h"

const char * const remap_mode_names[] = {
	[REMAP_MODE_RW] = "rw",
	[REMAP_MODE_SPENT] = "spent",
	[REMAP_MODE_HALTED] = "halted",
	[REMAP_MODE_RO] = "ro",
	[REMAP_MODE_FAIL] = "fail",
};

/* The gravest one that holds. Caller holds rc->lock. */
enum remap_mode remap_mode(struct remap_c *rc)
{
	if (rc->failed)
		return REMAP_MODE_FAIL;
	if (rc->read_only)
		return REMAP_MODE_RO;
	if (rc->halted)
		return REMAP_MODE_HALTED;
	if (!remap_spare_free(rc))
		return REMAP_MODE_SPENT;
	return REMAP_MODE_RW;
}

static void emit_status(struct remap_c *rc, char *result, unsigned int maxlen)
{
	u64 last, used, bad, pending, partial;
	struct remap_counters c;
	enum remap_mode mode;
	unsigned int sz = 0;

	spin_lock_irq(&rc->event_lock);
	last = rc->last_event;
	spin_unlock_irq(&rc->event_lock);
	spin_lock_irq(&rc->lock);
	mode = remap_mode(rc);
	used = rc->used;
	bad = rc->bad;
	pending = rc->pending_blocks;
	partial = rc->partial;
	c = rc->count;
	spin_unlock_irq(&rc->lock);

	DMEMIT("%s %u %llu %llu %llu %llu %llu", remap_mode_names[mode],
	       rc->block_sectors, used, rc->super.layout.usable, bad, pending,
	       partial);
	DMEMIT(" %llu %llu %llu %llu %llu %llu %llu",
	       c.remaps[REMAP_CAUSE_AUTO], c.remaps[REMAP_CAUSE_MANUAL],
	       c.remaps[REMAP_CAUSE_PROACTIVE], c.read_errors, c.write_errors,
	       c.soft_errors, c.slow_reads);
	DMEMIT(" %u/%u %s %llu %llu 0 0 %llu", remap_copies_good(rc),
	       REMAP_COPIES, rc->no_scan ? "off" : "idle", c.scan_block,
	       c.scan_passes, last);
}

static void emit_table(struct remap_c *rc, char *result, unsigned int maxlen)
{
	bool id = rc->super.main_id[0];
	unsigned int i, sz = 0;

	DMEMIT("%s %s %u %u", rc->main->name, rc->spare->name,
	       rc->block_sectors, rc->no_auto + rc->no_scan);
	if (rc->no_auto)
		DMEMIT(" no_auto_remap");
	if (rc->no_scan)
		DMEMIT(" no_scan");
	DMEMIT(" %u uuid %pUb", 2 * (REMAP_ARGS + 1 + id), rc->super.uuid);
	if (id)
		DMEMIT(" main_id %s", rc->super.main_id);
	for (i = 0; i < REMAP_ARGS; i++)
		DMEMIT(" %s %u", remap_arg_names[i], rc->arg[i]);
}

void remap_status(struct dm_target *ti, status_type_t type,
		  unsigned int status_flags, char *result, unsigned int maxlen)
{
	struct remap_c *rc = ti->private;
	unsigned int sz = 0;

	switch (type) {
	case STATUSTYPE_INFO:
		emit_status(rc, result, maxlen);
		break;
	case STATUSTYPE_TABLE:
		emit_table(rc, result, maxlen);
		break;
	case STATUSTYPE_IMA:
		DMEMIT_TARGET_NAME_VERSION(ti->type);
		DMEMIT(",block_sectors=%u,uuid=%pUb;", rc->block_sectors,
		       rc->super.uuid);
		break;
	}
}
