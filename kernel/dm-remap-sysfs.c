// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/block/dm-N/remap/: every field of the status and every core arg, one
 * value to a file, and what the scanner is doing.
 *
 * The directory is a plain kobject whose release is the kernel's own, so that
 * nothing of the module is needed once its files are gone. A file that was
 * opened before reads as ENODEV then.
 */
#include <linux/kobject.h>
#include <linux/sysfs.h>

#include "dm-remap-show.h"

/* The fields, then the core args that are numbers, then these three. */
#define FILE_ARGS	REMAP_FIELDS
#define FILE_UUID	(FILE_ARGS + REMAP_ARGS)
#define FILE_MAIN_ID	(FILE_UUID + 1)
#define FILE_SCAN_DOING	(FILE_MAIN_ID + 1)
#define FILES		(FILE_SCAN_DOING + 1)

static struct kobj_attribute files[FILES];
static struct attribute *attributes[FILES + 1];
static const struct attribute_group group = { .attrs = attributes };

static ssize_t show_file(struct remap_c *rc, unsigned int n, char *buf)
{
	struct remap_snapshot snap;
	char word[24];

	if (n == FILE_UUID)
		return sysfs_emit(buf, "%pUb\n", rc->super.uuid);
	if (n == FILE_MAIN_ID)
		return sysfs_emit(buf, "%s\n", rc->super.main_id);
	if (n == FILE_SCAN_DOING)
		return remap_scan_doing_show(rc, buf);
	if (n >= FILE_ARGS)
		return sysfs_emit(buf, "%u\n",
				  READ_ONCE(rc->arg[n - FILE_ARGS]));
	remap_snapshot(rc, &snap);
	remap_field(&snap, n, word, sizeof(word));
	return sysfs_emit(buf, "%s\n", word);
}

static ssize_t show(struct kobject *kobj, struct kobj_attribute *file,
		    char *buf)
{
	struct remap_export *e = remap_export_of(kobj);
	ssize_t r = -ENODEV;
	struct remap_c *rc;

	if (!e)
		return r;
	rc = remap_export_get(e);
	if (rc)
		r = show_file(rc, file - files, buf);
	remap_export_put(e);
	return r;
}

static ssize_t store(struct kobject *kobj, struct kobj_attribute *file,
		     const char *buf, size_t count)
{
	struct remap_export *e = remap_export_of(kobj);
	/* `echo` ends its line; nothing else may stand around the number. */
	size_t length = count && buf[count - 1] == '\n' ? count - 1 : count;
	ssize_t r = -ENODEV;
	struct remap_c *rc;
	char value[24];

	if (length >= sizeof(value) || memchr(buf, 0, length))
		return -EINVAL;
	memcpy(value, buf, length);
	value[length] = 0;
	if (!e)
		return r;
	rc = remap_export_get(e);
	if (rc)
		r = remap_set(rc, file->attr.name, value) ?: count;
	remap_export_put(e);
	return r;
}

static void fill(unsigned int n, const char *name, umode_t mode)
{
	files[n].attr.name = name;
	files[n].attr.mode = mode;
	files[n].show = show;
	if (mode & 0200)
		files[n].store = store;
	attributes[n] = &files[n].attr;
}

void remap_sysfs_init(void)
{
	unsigned int i;

	for (i = 0; i < REMAP_FIELDS; i++)
		fill(i, remap_field_names[i], 0444);
	for (i = 0; i < REMAP_ARGS; i++)
		fill(FILE_ARGS + i, remap_arg_names[i], 0644);
	fill(FILE_UUID, "uuid", 0444);
	fill(FILE_MAIN_ID, "main_id", 0444);
	fill(FILE_SCAN_DOING, "scan_doing", 0444);
}

/* Return: the directory, still empty, or NULL. */
struct kobject *remap_sysfs_add(struct gendisk *disk)
{
	return kobject_create_and_add("remap", &disk_to_dev(disk)->kobj);
}

int remap_sysfs_add_files(struct kobject *kobj)
{
	return sysfs_create_group(kobj, &group);
}

/* Waits until nobody is in a file of it any more. */
void remap_sysfs_remove(struct kobject *kobj)
{
	kobject_del(kobj);
	kobject_put(kobj);
}
