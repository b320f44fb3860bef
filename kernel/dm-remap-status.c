// SPDX-License-Identifier: GPL-2.0
/*
 * Status and table line. Neither has side effects.
 */
#include "dm-remap-scan.h"

static const char * const mode_names[] = {
	[REMAP_MODE_RW] = "rw",
	[REMAP_MODE_SPENT] = "spent",
	[REMAP_MODE_HALTED] = "halted",
	[REMAP_MODE_RO] = "ro",
	[REMAP_MODE_FAIL] = "fail",
};

/* Also the names of the files in sysfs. */
const char * const remap_field_names[REMAP_FIELDS] = {
	[REMAP_FIELD_MODE] = "mode",
	[REMAP_FIELD_BLOCK_SECTORS] = "block_sectors",
	[REMAP_FIELD_SPARE_USED] = "spare_used",
	[REMAP_FIELD_SPARE_TOTAL] = "spare_total",
	[REMAP_FIELD_SPARE_BAD] = "spare_bad",
	[REMAP_FIELD_PENDING] = "pending",
	[REMAP_FIELD_PARTIAL] = "partial",
	[REMAP_FIELD_AUTO] = "auto",
	[REMAP_FIELD_MANUAL] = "manual",
	[REMAP_FIELD_PROACTIVE] = "proactive",
	[REMAP_FIELD_READ_ERRORS] = "read_errors",
	[REMAP_FIELD_WRITE_ERRORS] = "write_errors",
	[REMAP_FIELD_SOFT_ERRORS] = "soft_errors",
	[REMAP_FIELD_SLOW_READS] = "slow_reads",
	[REMAP_FIELD_METADATA_COPIES] = "metadata_copies",
	[REMAP_FIELD_SCAN_STATE] = "scan_state",
	[REMAP_FIELD_SCAN_BLOCK] = "scan_block",
	[REMAP_FIELD_SCAN_PASSES] = "scan_passes",
	[REMAP_FIELD_RISK] = "risk",
	[REMAP_FIELD_CONFIDENCE] = "confidence",
	[REMAP_FIELD_LAST_EVENT] = "last_event",
};

/* The gravest one that holds. Caller holds rc->lock. */
static enum remap_mode mode_of(struct remap_c *rc)
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

/**
 * remap_snapshot() - gather what the status says
 * @rc: target
 * @snap: result
 */
void remap_snapshot(struct remap_c *rc, struct remap_snapshot *snap)
{
	const struct remap_counters *c = &rc->count;
	u64 *n = snap->number;
	u32 risk, confidence;

	memset(snap, 0, sizeof(*snap));
	spin_lock_irq(&rc->event_lock);
	n[REMAP_FIELD_LAST_EVENT] = rc->last_event;
	spin_unlock_irq(&rc->event_lock);

	n[REMAP_FIELD_BLOCK_SECTORS] = rc->block_sectors;
	n[REMAP_FIELD_SPARE_TOTAL] = remap_spare_total(rc);
	spin_lock_irq(&rc->lock);
	snap->mode = mode_of(rc);
	n[REMAP_FIELD_SPARE_USED] = rc->used;
	n[REMAP_FIELD_SPARE_BAD] = rc->bad;
	n[REMAP_FIELD_PENDING] = rc->pending_blocks;
	n[REMAP_FIELD_PARTIAL] = rc->partial;
	n[REMAP_FIELD_AUTO] = c->remaps[REMAP_CAUSE_AUTO];
	n[REMAP_FIELD_MANUAL] = c->remaps[REMAP_CAUSE_MANUAL];
	n[REMAP_FIELD_PROACTIVE] = c->remaps[REMAP_CAUSE_PROACTIVE];
	n[REMAP_FIELD_READ_ERRORS] = c->read_errors;
	n[REMAP_FIELD_WRITE_ERRORS] = c->write_errors;
	n[REMAP_FIELD_SOFT_ERRORS] = c->soft_errors;
	n[REMAP_FIELD_SLOW_READS] = c->slow_reads;
	n[REMAP_FIELD_SCAN_BLOCK] = c->scan_block;
	n[REMAP_FIELD_SCAN_PASSES] = c->scan_passes;
	spin_unlock_irq(&rc->lock);
	snap->copies_good = remap_copies_good(rc);
	snap->scan_state = remap_scan_name(rc);
	remap_worst(rc, &risk, &confidence);
	n[REMAP_FIELD_RISK] = risk;
	n[REMAP_FIELD_CONFIDENCE] = confidence;
}

/**
 * remap_field() - one field of the status as text
 * @snap: from remap_snapshot()
 * @n: which
 * @buf: where to write
 * @size: size of it
 *
 * Return: length.
 */
int remap_field(const struct remap_snapshot *snap, enum remap_status_field n,
		char *buf, size_t size)
{
	switch (n) {
	case REMAP_FIELD_MODE:
		return scnprintf(buf, size, "%s", mode_names[snap->mode]);
	case REMAP_FIELD_METADATA_COPIES:
		return scnprintf(buf, size, "%u/%u", snap->copies_good,
				 REMAP_COPIES);
	case REMAP_FIELD_SCAN_STATE:
		return scnprintf(buf, size, "%s", snap->scan_state);
	default:
		return scnprintf(buf, size, "%llu", snap->number[n]);
	}
}

static void emit_status(struct remap_c *rc, char *result, unsigned int maxlen)
{
	struct remap_snapshot snap;
	unsigned int i, sz = 0;
	char word[24];

	remap_snapshot(rc, &snap);
	for (i = 0; i < REMAP_FIELDS; i++) {
		remap_field(&snap, i, word, sizeof(word));
		DMEMIT("%s%s", i ? " " : "", word);
	}
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
	unsigned int __maybe_unused sz = 0;

	switch (type) {
	case STATUSTYPE_INFO:
		emit_status(rc, result, maxlen);
		break;
	case STATUSTYPE_TABLE:
		emit_table(rc, result, maxlen);
		break;
#ifdef DMEMIT_TARGET_NAME_VERSION
	case STATUSTYPE_IMA:
		DMEMIT_TARGET_NAME_VERSION(ti->type);
		DMEMIT(",block_sectors=%u,uuid=%pUb;", rc->block_sectors,
		       rc->super.uuid);
		break;
#endif
	}
}
