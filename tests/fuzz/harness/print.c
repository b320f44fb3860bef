// SPDX-License-Identifier: GPL-2.0
#include "dm-remap-show.h"

#include "load.h"
#include "print.h"

static void print_mask(const u64 *mask)
{
	if (mask[1])
		printf("%llx%016llx", mask[1], mask[0]);
	else
		printf("%llx", mask[0]);
}

static void print_id(const char *id)
{
	for (; *id; id++)
		putchar(*id > ' ' && *id < 0x7f && *id != '"' && *id != '\\' ?
			*id : '?');
}

/* Ascending, as their order on the spare means nothing. */
static void print_moved(const struct remap_super *s)
{
	const char *space = "";
	unsigned int copy, i;
	u64 unit;

	printf(",\"moved\":\"");
	for (copy = 0; copy < REMAP_COPIES; copy++)
		for (unit = 0; unit < s->layout.table_units; unit++)
			for (i = 0; i < s->moved_count; i++) {
				if (s->moved[i].copy != copy ||
				    s->moved[i].unit != unit)
					continue;
				printf("%s%u:%llu:%llu", space, copy, unit,
				       s->moved[i].place);
				space = " ";
			}
	printf("\"");
}

static void print_super(struct remap_c *rc)
{
	const struct remap_super *s = &rc->super;
	unsigned int i;

	printf(",\"spare\":\"");
	for (i = 0; i < REMAP_UUID_SIZE; i++)
		printf("%02x", s->uuid[i]);
	printf(" %llu %llu %u %u %llu %llu %u %llu %llu %llu ",
	       s->main_sectors, s->layout.spare_sectors,
	       s->layout.block_sectors, s->main_logical,
	       s->layout.spare_blocks, s->layout.table_units,
	       s->layout.state_units, remap_spare_total(rc), s->layout.place[1],
	       s->table_ready);
	print_id(s->main_id);
	printf("\"");
}

static void print_mapping(struct remap_c *rc)
{
	const char *comma = "";
	struct remap_entry e;
	u64 slot;

	printf(",\"mapping\":[");
	for (slot = 0; slot < rc->super.layout.spare_blocks; slot++) {
		remap_slot_entry(rc, slot, &e);
		if (e.state == REMAP_SLOT_FREE)
			continue;
		printf("%s\"%llu ", comma, slot);
		comma = ",";
		if (e.state == REMAP_SLOT_BAD) {
			printf("bad\"");
			continue;
		}
		printf("%llu ", e.block);
		print_mask(e.mask);
		printf(" ");
		print_mask(e.lost);
		printf(" %u %u\"", e.seconds, e.cause);
	}
	printf("]");
}

void print_target(struct remap_c *rc, int result)
{
	const char *p;

	printf("{\"accepted\":%s,\"why\":\"", result ? "false" : "true");
	for (p = result ? fuzz_last_log : ""; *p; p++)
		putchar(*p == '"' || *p == '\\' ? '?' : *p);
	printf("\"");
	if (!result) {
		print_super(rc);
		print_moved(&rc->super);
		print_mapping(rc);
	}
	printf("}\n");
}
