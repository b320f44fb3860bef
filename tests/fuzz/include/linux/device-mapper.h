/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_LINUX_DEVICE_MAPPER_H
#define FUZZ_LINUX_DEVICE_MAPPER_H

#include <linux/bio.h>
#include <linux/errno.h>
#include <linux/math64.h>
#include <linux/string.h>

struct dm_table;
struct mapped_device;

struct dm_dev {
	struct block_device *bdev;
	const char *name;
};

struct dm_target {
	struct dm_table *table;
	sector_t len;
	char *error;
};

typedef int status_type_t;

#define dm_table_get_md(table) ((void)(table), (struct mapped_device *)NULL)
#define dm_device_name(md) ((void)(md), "fuzz")
#define dm_table_event(table) ((void)(table))

/* Keeps the last line of the log; its arguments are the kernel's to print. */
void fuzz_log(const char *format, ...);

#define DMERR(...) fuzz_log(__VA_ARGS__)
#define DMWARN(...) fuzz_log(__VA_ARGS__)
#define DMEMIT(...) (sz += sz >= maxlen ? 0 : \
		     snprintf(result + sz, maxlen - sz, __VA_ARGS__))

#endif
