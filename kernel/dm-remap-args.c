// SPDX-License-Identifier: GPL-2.0
/*
 * Words of the table line, and the message `set`.
 */
#include <linux/ctype.h>
#include <linux/uuid.h>

#include "dm-remap.h"

static const struct {
	u32 fallback, low, high;
} range[REMAP_ARGS] = {
	[REMAP_RETRIES] = { 3, 0, 16 },
	[REMAP_RETRY_DELAY_MS] = { 10, 1, 1000 },
	[REMAP_SOFT_THRESHOLD] = { 2, 0, 255 },
	[REMAP_SLOW_MS] = { 500, 1, 60000 },
	[REMAP_STORM_LIMIT] = { 1024, 0, 1048576 },
	[REMAP_SCAN_RATE] = { 32768, 0, 4194304 },
	[REMAP_SCAN_INTERVAL] = { 604800, 0, 31536000 },
	[REMAP_SAVE_INTERVAL] = { 60, 1, 86400 },
	[REMAP_LOW_SPARE] = { 10, 0, 100 },
};

const char * const remap_arg_names[REMAP_ARGS] = {
	[REMAP_RETRIES] = "retries",
	[REMAP_RETRY_DELAY_MS] = "retry_delay_ms",
	[REMAP_SOFT_THRESHOLD] = "soft_threshold",
	[REMAP_SLOW_MS] = "slow_ms",
	[REMAP_STORM_LIMIT] = "storm_limit",
	[REMAP_SCAN_RATE] = "scan_rate",
	[REMAP_SCAN_INTERVAL] = "scan_interval",
	[REMAP_SAVE_INTERVAL] = "save_interval",
	[REMAP_LOW_SPARE] = "low_spare",
};

/**
 * remap_parse_u64() - read a decimal number
 * @word: digits and nothing else
 * @max: largest value allowed
 * @value: result
 *
 * Return: 0, -EINVAL or -ERANGE.
 */
int remap_parse_u64(const char *word, u64 max, u64 *value)
{
	/* kstrtoull() takes a sign and a newline, which nobody means here. */
	if (!isdigit(word[0]) || strchr(word, '\n') ||
	    kstrtoull(word, 10, value))
		return -EINVAL;
	return *value > max ? -ERANGE : 0;
}

/* Return: index in rc->arg, or -EINVAL with the reason logged. */
static int parse_number(struct remap_c *rc, const char *key, const char *word,
			u32 *value)
{
	u64 n;
	int i;

	i = match_string(remap_arg_names, REMAP_ARGS, key);
	if (i < 0) {
		DMERR("%s: '%s' is not a core arg", remap_name(rc), key);
		return -EINVAL;
	}
	if (remap_parse_u64(word, range[i].high, &n) || n < range[i].low) {
		DMERR("%s: %s must be a number from %u to %u, not '%s'",
		      remap_name(rc), key, range[i].low, range[i].high, word);
		return -EINVAL;
	}
	*value = n;
	return i;
}

static void derive(struct remap_c *rc)
{
	WRITE_ONCE(rc->slow_jiffies,
		   msecs_to_jiffies(rc->arg[REMAP_SLOW_MS]));
}

/**
 * remap_set() - the message `set`
 * @rc: target
 * @key: core arg
 * @value: new value
 *
 * Return: 0 or -EINVAL, then nothing has changed.
 */
int remap_set(struct remap_c *rc, const char *key, const char *value)
{
	char detail[REMAP_DETAIL_MAX];
	u32 n;
	int i;

	if (!strcmp(key, "uuid") || !strcmp(key, "main_id")) {
		DMERR("%s: %s is fixed when the spare is formatted",
		      remap_name(rc), key);
		return -EINVAL;
	}
	i = parse_number(rc, key, value, &n);
	if (i < 0)
		return i;
	WRITE_ONCE(rc->arg[i], n);
	derive(rc);
	if (i == REMAP_SAVE_INTERVAL && rc->active &&
	    !READ_ONCE(rc->stopping))
		mod_delayed_work(rc->wq, &rc->save_work, n * HZ);
	if (i == REMAP_SCAN_RATE || i == REMAP_SCAN_INTERVAL)
		remap_scan_kick(rc);
	snprintf(detail, sizeof(detail), "%s=%u", key, n);
	remap_event(rc, REMAP_EVENT_SET, REMAP_NO_BLOCK, REMAP_NO_SLOT, detail);
	return 0;
}

/* How many words follow. dm_read_arg_group() would take 4294967297 for 1. */
static int parse_count(struct dm_arg_set *as, u64 max, u64 *count)
{
	return remap_parse_u64(dm_shift_arg(as), max, count) ||
	       *count > as->argc ? -EINVAL : 0;
}

static int parse_features(struct remap_c *rc, struct dm_arg_set *as)
{
	struct dm_target *ti = rc->ti;
	u64 count;
	int r;

	if (!as->argc)
		return 0;
	r = parse_count(as, 3, &count);
	if (r)
		ti->error = "Number of feature args must be 0 to 3, and as many must follow";
	while (!r && count--) {
		const char *word = dm_shift_arg(as);
		bool *flag;

		if (!strcmp(word, "format")) {
			flag = &rc->format;
		} else if (!strcmp(word, "no_auto_remap")) {
			flag = &rc->no_auto;
		} else if (!strcmp(word, "no_scan")) {
			flag = &rc->no_scan;
		} else {
			ti->error = "Unknown feature arg";
			r = -EINVAL;
			break;
		}
		if (*flag) {
			ti->error = "Duplicate feature arg";
			r = -EINVAL;
		}
		*flag = true;
	}
	return r;
}

static int parse_id(struct remap_c *rc, const char *value)
{
	size_t i, n = strlen(value);

	for (i = 0; i < n; i++)
		if (!isascii(value[i]) || !isgraph(value[i]))
			n = 0;
	if (!n || n > REMAP_MAIN_ID_MAX) {
		rc->ti->error = "main_id must be 1 to 64 printable characters without space";
		return -EINVAL;
	}
	strscpy(rc->super.main_id, value, sizeof(rc->super.main_id));
	rc->main_id_given = true;
	return 0;
}

static int parse_core(struct remap_c *rc, struct dm_arg_set *as)
{
	struct dm_target *ti = rc->ti;
	unsigned long seen = 0;
	u64 count;
	int r;

	if (!as->argc)
		return 0;
	r = parse_count(as, 2 * (REMAP_ARGS + 2), &count);
	if (r) {
		ti->error = "Wrong number of core args";
		return r;
	}
	if (count & 1) {
		ti->error = "Core args must come in pairs";
		return -EINVAL;
	}
	for (; count; count -= 2) {
		const char *key = dm_shift_arg(as), *value = dm_shift_arg(as);
		int bit;

		if (!strcmp(key, "uuid")) {
			bit = REMAP_ARGS;
			/* uuid_parse() takes anything behind a UUID. */
			if (strlen(value) != UUID_STRING_LEN ||
			    uuid_parse(value, (uuid_t *)rc->super.uuid)) {
				ti->error = "uuid is not a UUID";
				return -EINVAL;
			}
			rc->uuid_given = true;
		} else if (!strcmp(key, "main_id")) {
			bit = REMAP_ARGS + 1;
			r = parse_id(rc, value);
			if (r)
				return r;
		} else {
			u32 n;

			bit = parse_number(rc, key, value, &n);
			if (bit < 0) {
				ti->error = "Unknown core arg or value out of range";
				return bit;
			}
			rc->arg[bit] = n;
		}
		if (__test_and_set_bit(bit, &seen)) {
			ti->error = "Duplicate core arg";
			return -EINVAL;
		}
	}
	return 0;
}

/**
 * remap_parse() - everything after the devices
 * @rc: target, @main open
 * @argc: number of words
 * @argv: the words, from the block size on
 *
 * Return: 0, or an error with ti->error set.
 */
int remap_parse(struct remap_c *rc, unsigned int argc, char **argv)
{
	struct dm_arg_set as = { .argc = argc, .argv = argv };
	unsigned int least = bdev_logical_block_size(rc->main->bdev) >>
			     SECTOR_SHIFT;
	unsigned int i;
	u64 n;
	int r;

	if (remap_parse_u64(dm_shift_arg(&as), REMAP_MAX_BLOCK_SECTORS, &n) ||
	    !is_power_of_2(n) || n < least) {
		rc->ti->error = "Block size must be a power of two, main's logical block to 128";
		return -EINVAL;
	}
	rc->block_sectors = n;
	rc->block_shift = ilog2(n);
	for (i = 0; i < REMAP_ARGS; i++)
		rc->arg[i] = range[i].fallback;

	r = parse_features(rc, &as);
	if (!r)
		r = parse_core(rc, &as);
	if (!r && as.argc) {
		rc->ti->error = "Too many words in the table line";
		r = -EINVAL;
	}
	if (!r && rc->format && !rc->uuid_given)
		generate_random_uuid(rc->super.uuid);
	derive(rc);
	return r;
}
