// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/dm-remap/<name>/: everything, as text, without pages.
 *
 * debugfs lets nobody into a file that is going away and waits for those who
 * are in it, but releases it whenever its last user closes it: what a file
 * needs for that is its own.
 */
#include <linux/debugfs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "dm-remap-show.h"

static struct dentry *top;

#define ROWS	32

/*
 * The position in a file is the number of the next block or event to look for,
 * so a file is whole however it is read. Blocks are fetched some at a time, as
 * the locks cost more than a row does.
 */
struct listing {
	struct remap_export *export;
	struct remap_disk_event event;
	u64 cursor;			/* what @row[@used] was looked for with */
	unsigned int used;
	unsigned int count;
	struct remap_row row[ROWS];
};

static int fetch(struct listing *l, u64 cursor)
{
	struct remap_c *rc = remap_export_get(l->export);
	int r = rc ? remap_list_begin(rc) : -ENODEV;

	l->used = 0;
	l->count = 0;
	if (!r) {
		while (l->count < ROWS &&
		       remap_list_next(rc, cursor, &l->row[l->count]))
			cursor = l->row[l->count++].entry.block + 1;
		remap_list_end(rc);
	}
	remap_export_put(l->export);
	return r;
}

static void *row_at(struct listing *l, loff_t *pos)
{
	struct remap_row *row;
	int r;

	if (l->used == l->count || *pos != l->cursor) {
		r = fetch(l, *pos);
		if (r)
			return ERR_PTR(r);
	}
	if (!l->count)
		return NULL;
	row = &l->row[l->used++];
	*pos = row->entry.block;
	l->cursor = row->entry.block + 1;
	return row;
}

static void *remaps_start(struct seq_file *m, loff_t *pos)
{
	return row_at(m->private, pos);
}

static void *remaps_next(struct seq_file *m, void *v, loff_t *pos)
{
	(*pos)++;
	return row_at(m->private, pos);
}

static void nothing(struct seq_file *m, void *v)
{
}

static int remaps_show(struct seq_file *m, void *v)
{
	char line[REMAP_ROW_MAX];

	remap_row_text(v, line, sizeof(line));
	seq_puts(m, line);
	return 0;
}

static const struct seq_operations remaps_ops = {
	.start = remaps_start,
	.next = remaps_next,
	.stop = nothing,
	.show = remaps_show,
};

static void *event_at(struct listing *l, loff_t *pos)
{
	struct remap_c *rc = remap_export_get(l->export);
	bool found = false;

	if (rc)
		found = remap_event_after(rc, *pos, &l->event);
	remap_export_put(l->export);
	if (!rc)
		return ERR_PTR(-ENODEV);
	if (!found)
		return NULL;
	*pos = le64_to_cpu(l->event.number) - 1;
	return l;
}

static void *events_start(struct seq_file *m, loff_t *pos)
{
	return event_at(m->private, pos);
}

static void *events_next(struct seq_file *m, void *v, loff_t *pos)
{
	(*pos)++;
	return event_at(m->private, pos);
}

static int events_show(struct seq_file *m, void *v)
{
	struct listing *l = m->private;
	char line[REMAP_ROW_MAX];

	remap_event_text(&l->event, line, sizeof(line));
	seq_puts(m, line);
	return 0;
}

static const struct seq_operations events_ops = {
	.start = events_start,
	.next = events_next,
	.stop = nothing,
	.show = events_show,
};

static int open_listing(struct inode *inode, struct file *file,
			const struct seq_operations *ops)
{
	struct listing *l = __seq_open_private(file, ops, sizeof(*l));

	if (!l)
		return -ENOMEM;
	l->export = inode->i_private;
	return 0;
}

static int remaps_open(struct inode *inode, struct file *file)
{
	return open_listing(inode, file, &remaps_ops);
}

static int events_open(struct inode *inode, struct file *file)
{
	return open_listing(inode, file, &events_ops);
}

static int with_target(struct seq_file *m,
		       int (*show)(struct remap_c *rc, struct seq_file *m))
{
	struct remap_export *e = m->private;
	struct remap_c *rc = remap_export_get(e);
	int r = rc ? show(rc, m) : -ENODEV;

	remap_export_put(e);
	return r;
}

static int latency_show(struct seq_file *m, void *v)
{
	return with_target(m, remap_show_latency);
}

static int metadata_show(struct seq_file *m, void *v)
{
	return with_target(m, remap_show_metadata);
}

static int regions_show(struct seq_file *m, void *v)
{
	return with_target(m, remap_show_regions);
}

static int latency_open(struct inode *inode, struct file *file)
{
	return single_open(file, latency_show, inode->i_private);
}

static int metadata_open(struct inode *inode, struct file *file)
{
	return single_open(file, metadata_show, inode->i_private);
}

static int regions_open(struct inode *inode, struct file *file)
{
	return single_open(file, regions_show, inode->i_private);
}

#define FILE_OPERATIONS(what, how)				\
static const struct file_operations what##_file = {		\
	.owner = THIS_MODULE,					\
	.open = what##_open,					\
	.read = seq_read,					\
	.llseek = seq_lseek,					\
	.release = how,						\
}

FILE_OPERATIONS(remaps, seq_release_private);
FILE_OPERATIONS(events, seq_release_private);
FILE_OPERATIONS(latency, single_release);
FILE_OPERATIONS(metadata, single_release);
FILE_OPERATIONS(regions, single_release);

void remap_debugfs_init(void)
{
	top = debugfs_create_dir("dm-remap", NULL);
}

void remap_debugfs_exit(void)
{
	debugfs_remove_recursive(top);
}

/**
 * remap_debugfs_add() - make the directory of a mapped device
 * @e: what its files show
 * @name: of the device
 *
 * Return: the directory, or what debugfs_remove_recursive() takes for none.
 */
struct dentry *remap_debugfs_add(struct remap_export *e, const char *name)
{
	struct dentry *dir = debugfs_create_dir(name, top);

	debugfs_create_file("remaps", 0400, dir, e, &remaps_file);
	debugfs_create_file("events", 0400, dir, e, &events_file);
	debugfs_create_file("regions", 0400, dir, e, &regions_file);
	debugfs_create_file("latency", 0400, dir, e, &latency_file);
	debugfs_create_file("metadata", 0400, dir, e, &metadata_file);
	return dir;
}
