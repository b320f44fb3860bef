// SPDX-License-Identifier: GPL-2.0
/*
 * Messages. Each either does what it says or fails, with a line in the kernel
 * log that says why, and changes nothing.
 */
#include "dm-remap-filter.h"
#include "dm-remap-show.h"

#define CELLS_MAX	65536

static int usage(struct remap_c *rc, const char *how)
{
	DMERR("%s: malformed message, should be: %s", remap_name(rc), how);
	return -EINVAL;
}

static int check_range(struct remap_c *rc, u64 first, u64 count)
{
	u64 blocks = remap_target_blocks(rc);

	if (count && first < blocks && count <= blocks - first)
		return 0;
	DMERR("%s: blocks %llu to %llu are not within the target's %llu blocks",
	      remap_name(rc), first, first + count - 1, blocks);
	return -EINVAL;
}

static int check_active(struct remap_c *rc)
{
	if (rc->active && !READ_ONCE(rc->stopping))
		return 0;
	DMERR("%s: the device is suspended; resume it first", remap_name(rc));
	return -EBUSY;
}

/* Why blocks stay where they are. */
static void tell_refusal(struct remap_c *rc, int r)
{
	switch (r) {
	case -EAGAIN:
		DMERR("%s: remapping is halted; see to main and its cable, then send 'continue'",
		      remap_name(rc));
		break;
	case -EROFS:
		DMERR("%s: metadata cannot be written, nothing can be remapped",
		      remap_name(rc));
		break;
	case -ENOSPC:
		DMERR("%s: no spare block is left for all of the blocks to be remapped",
		      remap_name(rc));
		break;
	case -EIO:
		DMERR("%s: not all blocks were remapped, since main or the spare fails as a whole",
		      remap_name(rc));
		break;
	case -EBUSY:
		DMERR("%s: not all blocks were moved, since the device is being suspended",
		      remap_name(rc));
		break;
	default:
		DMERR("%s: not all blocks were moved: error %d",
		      remap_name(rc), r);
	}
}

static int msg_remap(struct remap_c *rc, unsigned int argc, char **argv)
{
	u64 block, count = 1;
	int r;

	if (argc < 2 || argc > 3 || remap_parse_u64(argv[1], U64_MAX, &block) ||
	    (argc == 3 && remap_parse_u64(argv[2], U64_MAX, &count)))
		return usage(rc, "remap <block> [<count>]");
	r = check_range(rc, block, count);
	if (!r)
		r = check_active(rc);
	if (r)
		return r;
	r = remap_move(rc, block, count, REMAP_CAUSE_MANUAL);
	if (r)
		tell_refusal(rc, r);
	return r;
}

static int msg_unmap(struct remap_c *rc, unsigned int argc, char **argv)
{
	u64 block;
	int r;

	if (argc != 2 || remap_parse_u64(argv[1], U64_MAX, &block))
		return usage(rc, "unmap <block>");
	r = check_range(rc, block, 1);
	if (!r)
		r = check_active(rc);
	if (r)
		return r;
	r = remap_unmap(rc, block);
	/* The other reasons are told where they are found. */
	if (r == -EAGAIN || r == -EROFS || r == -EBUSY || r == -ENOMEM)
		tell_refusal(rc, r);
	return r;
}

static int msg_scan(struct remap_c *rc, unsigned int argc, char **argv)
{
	u64 first = 0, count = remap_target_blocks(rc);
	const char *what = argc > 1 ? argv[1] : "";
	int r;

	if (!strcmp(what, "start") && (argc == 2 || argc == 4)) {
		if (argc == 4 &&
		    (remap_parse_u64(argv[2], U64_MAX, &first) ||
		     remap_parse_u64(argv[3], U64_MAX, &count)))
			return usage(rc, "scan start [<first> <count>]");
		r = check_range(rc, first, count);
		if (!r)
			r = check_active(rc);
		return r ? r : remap_scan_start(rc, first, count);
	}
	if (argc != 2 || (strcmp(what, "stop") && strcmp(what, "pause") &&
			  strcmp(what, "resume")))
		return usage(rc, "scan start [<first> <count>], stop, pause or resume");
	r = check_active(rc);
	if (r)
		return r;
	if (!strcmp(what, "stop"))
		return remap_scan_stop(rc);
	if (!strcmp(what, "pause"))
		return remap_scan_pause(rc);
	return remap_scan_continue(rc);
}

/* What came of a question. */
static int told(struct remap_c *rc, int r)
{
	if (r == -ENOMEM)
		DMERR("%s: no memory for the answer; ask for less at once",
		      remap_name(rc));
	return r;
}

static int msg_remaps(struct remap_c *rc, unsigned int argc, char **argv,
		      char *result, unsigned int maxlen)
{
	u64 cursor, max;

	if (argc != 3 || remap_parse_u64(argv[1], U64_MAX, &cursor) ||
	    remap_parse_u64(argv[2], U64_MAX, &max) || !max)
		return usage(rc, "remaps <cursor> <max>");
	return told(rc, remap_list(rc, cursor, max, result, maxlen));
}

static int msg_events(struct remap_c *rc, unsigned int argc, char **argv,
		      char *result, unsigned int maxlen)
{
	u64 after, max;

	if (argc != 3 || remap_parse_u64(argv[1], U64_MAX, &after) ||
	    remap_parse_u64(argv[2], U64_MAX, &max) || !max)
		return usage(rc, "events <after> <max>");
	return remap_list_events(rc, after, max, result, maxlen);
}

static int msg_health(struct remap_c *rc, unsigned int argc, char **argv,
		      char *result, unsigned int maxlen)
{
	u64 first, count, cells;
	int r;

	if (argc != 4 || remap_parse_u64(argv[1], U64_MAX, &first) ||
	    remap_parse_u64(argv[2], U64_MAX, &count) ||
	    remap_parse_u64(argv[3], CELLS_MAX, &cells) || !cells)
		return usage(rc, "health <first> <count> <cells, 1 to 65536>");
	r = check_range(rc, first, count);
	if (r)
		return r;
	return told(rc, remap_health(rc, first, count, cells, result, maxlen));
}

static int msg_set(struct remap_c *rc, unsigned int argc, char **argv)
{
	int r;

	if (argc != 3)
		return usage(rc, "set <key> <value>");
	r = remap_set(rc, argv[1], argv[2]);
	if (!r)
		remap_state_settle(rc);
	return r;
}

static int msg_continue(struct remap_c *rc, unsigned int argc)
{
	bool was;

	if (argc != 1)
		return usage(rc, "continue");
	spin_lock_irq(&rc->lock);
	was = rc->halted;
	WRITE_ONCE(rc->halted, false);
	memset(rc->storm, 0, sizeof(rc->storm));
	WRITE_ONCE(rc->refused, 0);
	remap_filter_choose(rc);
	spin_unlock_irq(&rc->lock);
	if (was) {
		remap_event(rc, REMAP_EVENT_CONTINUED, REMAP_NO_BLOCK,
			    REMAP_NO_SLOT, NULL);
		remap_state_settle(rc);
	}
	remap_scan_kick(rc);
	return 0;
}

static int msg_save(struct remap_c *rc, unsigned int argc)
{
	int r;

	if (argc != 1)
		return usage(rc, "save");
	r = check_active(rc);
	if (r)
		return r;
	/* A second try goes to the other slot. */
	r = remap_state_save(rc, false);
	if (r)
		r = remap_state_save(rc, false);
	if (r)
		DMERR("%s: the state cannot be written to spare %s",
		      remap_name(rc), rc->spare->name);
	return r;
}

/**
 * remap_message() - dispatch a message
 * @ti: target
 * @argc: number of words
 * @argv: the words
 * @result: where to write
 * @maxlen: size of it
 *
 * Context: process; device-mapper keeps the table alive and lets a suspend
 * wait for it.
 * Return: 0; 1 when there is a result; an error.
 */
int remap_message(struct dm_target *ti, unsigned int argc, char **argv,
		  char *result, unsigned int maxlen)
{
	struct remap_c *rc = ti->private;
	const char *what = argv[0];

	if (!rc->loaded) {
		DMERR("%s: the device was not activated yet; resume it first",
		      remap_name(rc));
		return -EBUSY;
	}
	if (!strcmp(what, "remap"))
		return msg_remap(rc, argc, argv);
	if (!strcmp(what, "remaps"))
		return msg_remaps(rc, argc, argv, result, maxlen);
	if (!strcmp(what, "events"))
		return msg_events(rc, argc, argv, result, maxlen);
	if (!strcmp(what, "health"))
		return msg_health(rc, argc, argv, result, maxlen);
	if (!strcmp(what, "set"))
		return msg_set(rc, argc, argv);
	if (!strcmp(what, "continue"))
		return msg_continue(rc, argc);
	if (!strcmp(what, "save"))
		return msg_save(rc, argc);
	if (!strcmp(what, "unmap"))
		return msg_unmap(rc, argc, argv);
	if (!strcmp(what, "scan"))
		return msg_scan(rc, argc, argv);
	DMERR("%s: unknown message '%s'", remap_name(rc), what);
	return -EINVAL;
}
