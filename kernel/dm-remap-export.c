// SPDX-License-Identifier: GPL-2.0
/*
 * The directories of a mapped device in sysfs and debugfs.
 *
 * They belong to the mapped device, not to a target: when a table is replaced
 * the new target resumes before the old one is destroyed, and takes them over
 * then. They go away with the last target that has them. Where a table holds
 * several remap targets, the first to resume has them.
 *
 * Whoever shows something holds the export's semaphore for reading, so that
 * the target stays. sysfs and debugfs let nobody in any more, and wait for
 * those who are, before a directory is gone; the semaphore is free by then.
 */
#include <linux/debugfs.h>
#include <linux/dm-ioctl.h>
#include <linux/rwsem.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "dm-remap-show.h"

struct remap_export {
	struct list_head list;
	struct mapped_device *md;
	struct rw_semaphore sem;	/* protects rc */
	struct remap_c *rc;		/* NULL on its way out */
	struct kobject *kobj;
	struct dentry *dir;
	char name[DM_NAME_LEN];
};

/* Making and removing directories, as their names must not meet. */
static DEFINE_MUTEX(change_mutex);
/* Protects the list; taken while a directory is in use, unlike the above. */
static DEFINE_MUTEX(list_mutex);
static LIST_HEAD(exports);

static struct mapped_device *md_of(struct remap_c *rc)
{
	return dm_table_get_md(rc->ti->table);
}

/**
 * remap_export_get() - the target whose turn it is
 * @e: export, of a directory that is in use
 *
 * Return: the target, or NULL when it is going away. remap_export_put() in
 * either case.
 */
struct remap_c *remap_export_get(struct remap_export *e)
{
	down_read(&e->sem);
	return e->rc;
}

void remap_export_put(struct remap_export *e)
{
	up_read(&e->sem);
}

/* The export whose directory in sysfs this is. It is in use, so it stays. */
struct remap_export *remap_export_of(struct kobject *kobj)
{
	struct remap_export *e, *found = NULL;

	mutex_lock(&list_mutex);
	list_for_each_entry(e, &exports, list)
		if (e->kobj == kobj)
			found = e;
	mutex_unlock(&list_mutex);
	return found;
}

static struct remap_export *find(struct mapped_device *md)
{
	struct remap_export *e;

	list_for_each_entry(e, &exports, list)
		if (e->md == md)
			return e;
	return NULL;
}

static void set_target(struct remap_export *e, struct remap_c *rc)
{
	down_write(&e->sem);
	e->rc = rc;
	up_write(&e->sem);
}

/*
 * Mapped devices may be renamed, and their names be given to others, which
 * nobody tells the target. So every name is looked at again when one is needed.
 */
static void name_directories(void)
{
	struct remap_export *e;
	char name[DM_NAME_LEN];

	list_for_each_entry(e, &exports, list) {
		if (dm_copy_name_and_uuid(e->md, name, NULL) ||
		    !strcmp(name, e->name))
			continue;
		debugfs_remove_recursive(e->dir);
		e->dir = NULL;
		strscpy(e->name, name, sizeof(e->name));
	}
	list_for_each_entry(e, &exports, list)
		if (!e->dir && e->name[0])
			e->dir = remap_debugfs_add(e, e->name);
}

static struct remap_export *create(struct remap_c *rc)
{
	struct remap_export *e = kzalloc(sizeof(*e), GFP_KERNEL);

	if (!e)
		return NULL;
	e->md = md_of(rc);
	e->rc = rc;
	init_rwsem(&e->sem);
	e->kobj = remap_sysfs_add(dm_disk(e->md));
	if (!e->kobj) {
		kfree(e);
		return NULL;
	}
	mutex_lock(&list_mutex);
	list_add_tail(&e->list, &exports);
	mutex_unlock(&list_mutex);
	/* They find the export in the list, so they come after it. */
	if (remap_sysfs_add_files(e->kobj))
		DMWARN("%s: no files in sysfs: out of memory", remap_name(rc));
	return e;
}

/**
 * remap_export_add() - show this target from now on
 * @rc: target that was resumed
 *
 * A target that cannot be shown works all the same.
 *
 * Context: process; the device is still suspended, so no I/O to it is waited
 * for.
 */
void remap_export_add(struct remap_c *rc)
{
	unsigned int noio = memalloc_noio_save();
	struct remap_export *e;

	mutex_lock(&change_mutex);
	e = find(md_of(rc));
	if (!e)
		e = create(rc);
	else if (e->rc->ti->table != rc->ti->table)
		set_target(e, rc);
	if (!e)
		DMWARN("%s: not shown in sysfs: out of memory", remap_name(rc));
	else
		name_directories();
	mutex_unlock(&change_mutex);
	memalloc_noio_restore(noio);
}

/**
 * remap_export_remove() - show this target no more
 * @rc: target that is being destroyed
 *
 * Waits for those who are being shown it.
 */
void remap_export_remove(struct remap_c *rc)
{
	struct remap_export *e;

	mutex_lock(&change_mutex);
	e = find(md_of(rc));
	if (e && e->rc == rc) {
		set_target(e, NULL);
		remap_sysfs_remove(e->kobj);
		debugfs_remove_recursive(e->dir);
		mutex_lock(&list_mutex);
		list_del(&e->list);
		mutex_unlock(&list_mutex);
		kfree(e);
	}
	mutex_unlock(&change_mutex);
}
