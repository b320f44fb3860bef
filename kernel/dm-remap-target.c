// SPDX-License-Identifier: GPL-2.0
/*
 * A device-mapper target that serves bad blocks of a main device from a spare
 * one. Life of a target: ctr, preresume (which loads the metadata, since until
 * then an older table may be live), suspend, resume, dtr.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "dm-remap-filter.h"
#include "dm-remap-show.h"

#define HELD_BIOS	64
#define WORKERS		128

static void free_target(struct remap_c *rc)
{
	unsigned int i;

	remap_export_remove(rc);
	remap_leave(rc);
	if (rc->background) {
		/* A resume beside the removal of the device may have undone it. */
		WRITE_ONCE(rc->stopping, true);
		wake_up_all(&rc->stop_wait);
		wait_event(rc->held_wait, !atomic_read(&rc->held));
		remap_weak_suspend(rc);
		remap_scan_exit(rc);
		remap_index_exit(rc);
		remap_state_exit(rc);
		remap_events_exit(rc);
		destroy_workqueue(rc->background);
		destroy_workqueue(rc->wq);
	}
	remap_hash_exit(rc);
	remap_health_exit(rc);
	bioset_exit(&rc->bios);
	if (rc->unit)
		free_page((unsigned long)rc->unit);
	if (rc->super_unit)
		free_page((unsigned long)rc->super_unit);
	if (rc->probe_page)
		__free_page(rc->probe_page);
	for (i = 0; i < 2; i++)
		free_percpu(rc->flights[i]);
	if (rc->main)
		dm_put_device(rc->ti, rc->main);
	if (rc->spare)
		dm_put_device(rc->ti, rc->spare);
	kfree(rc);
}

static struct remap_flight __percpu *alloc_flight(struct remap_c *rc)
{
	struct remap_flight __percpu *flight = alloc_percpu(struct remap_flight);
	int cpu;

	if (flight)
		for_each_possible_cpu(cpu)
			per_cpu_ptr(flight, cpu)->rc = rc;
	return flight;
}

static struct remap_c *alloc_target(struct dm_target *ti)
{
	struct remap_c *rc = kzalloc(sizeof(*rc), GFP_KERNEL);
	unsigned int i;

	if (!rc)
		return NULL;
	rc->ti = ti;
	INIT_LIST_HEAD(&rc->instances);
	INIT_LIST_HEAD(&rc->commits);
	spin_lock_init(&rc->lock);
	spin_lock_init(&rc->lock_lock);
	spin_lock_init(&rc->commit_lock);
	spin_lock_init(&rc->event_lock);
	remap_filter_reset(rc);
	remap_index_init(rc);
	mutex_init(&rc->spare_mutex);
	mutex_init(&rc->drain_mutex);
	mutex_init(&rc->move_mutex);
	mutex_init(&rc->commit_mutex);
	mutex_init(&rc->state_mutex);
	init_waitqueue_head(&rc->held_wait);
	init_waitqueue_head(&rc->stop_wait);
	xa_init(&rc->lost);
	remap_health_init(rc);
	remap_weak_init(rc);
	for (i = 0; i < REMAP_LOCK_BUCKETS; i++)
		INIT_HLIST_HEAD(&rc->locks[i]);
	rc->free_head = REMAP_NO_SLOT;
	/* free_target() takes these as made when there are queues. */
	if (remap_events_init(rc) || remap_state_init(rc) ||
	    remap_scan_init(rc))
		goto early;
	rc->wq = alloc_workqueue("remap", WQ_MEM_RECLAIM | WQ_UNBOUND,
				 WORKERS);
	/*
	 * These wait for memory, and for blocks that a work of the other queue
	 * may own: its rescuer must not be held up by one.
	 */
	rc->background = alloc_workqueue("remap_background", WQ_UNBOUND, 0);
	if (!rc->wq || !rc->background)
		goto early;

	rc->unit = (void *)__get_free_page(GFP_KERNEL);
	rc->super_unit = (void *)__get_free_page(GFP_KERNEL);
	rc->probe_page = alloc_page(GFP_KERNEL);
	for (i = 0; i < 2; i++)
		rc->flights[i] = alloc_flight(rc);
	rc->in_flight = rc->flights[0];
	if (bioset_init(&rc->bios, HELD_BIOS, 0, BIOSET_NEED_BVECS) ||
	    !rc->unit || !rc->super_unit || !rc->probe_page ||
	    !rc->flights[0] || !rc->flights[1]) {
		free_target(rc);
		return NULL;
	}
	return rc;
early:
	if (rc->background)
		destroy_workqueue(rc->background);
	if (rc->wq)
		destroy_workqueue(rc->wq);
	remap_scan_exit(rc);
	remap_state_exit(rc);
	remap_events_exit(rc);
	kfree(rc);
	return NULL;
}

static int check_devices(struct remap_c *rc)
{
	struct block_device *main = rc->main->bdev, *spare = rc->spare->bdev;
	struct dm_target *ti = rc->ti;

	if (remap_overlap(main, spare)) {
		DMERR("%s: spare %s overlaps main %s; take a spare on another disk",
		      remap_name(rc), rc->spare->name, rc->main->name);
		ti->error = "Spare overlaps main";
		return -EINVAL;
	}
	if (bdev_is_zoned(main) || bdev_is_zoned(spare)) {
		DMERR("%s: zoned devices are not supported", remap_name(rc));
		ti->error = "Zoned devices are not supported";
		return -EINVAL;
	}
	if (!(dm_table_get_mode(ti->table) & REMAP_MODE_WRITE)) {
		ti->error = "A read-only table cannot keep metadata";
		return -EROFS;
	}
	if (ti->len > remap_bdev_sectors(main)) {
		DMERR("%s: the table asks for %llu sectors, main %s has %llu",
		      remap_name(rc), (u64)ti->len, rc->main->name,
		      (u64)remap_bdev_sectors(main));
		ti->error = "Target is longer than main";
		return -EINVAL;
	}
	if (bdev_logical_block_size(main) > PAGE_SIZE ||
	    bdev_logical_block_size(spare) > REMAP_UNIT) {
		ti->error = "Logical block size is not supported";
		return -EINVAL;
	}
	return 0;
}

static int check_geometry(struct remap_c *rc)
{
	struct remap_layout *l = &rc->super.layout;
	struct dm_target *ti = rc->ti;
	u64 sectors = remap_bdev_sectors(rc->spare->bdev);

	if (rc->block_sectors << SECTOR_SHIFT <
	    bdev_logical_block_size(rc->spare->bdev)) {
		ti->error = "Block size is smaller than the spare's logical block size";
		return -EINVAL;
	}
	rc->main_sectors = remap_bdev_sectors(rc->main->bdev);
	rc->main_blocks = (rc->main_sectors + rc->block_sectors - 1) >>
			  rc->block_shift;
	if (rc->main_blocks > REMAP_KEY_BLOCK || rc->main_blocks > ULONG_MAX ||
	    rc->main_sectors > REMAP_MAIN_SECTORS_MAX) {
		ti->error = "Main has too many blocks";
		return -EINVAL;
	}
	remap_regions_init(rc);
	if (remap_layout_init(l, sectors, rc->block_sectors)) {
		DMERR("%s: spare %s has %llu sectors; blocks of %u need at least %llu sectors",
		      remap_name(rc), rc->spare->name, sectors,
		      rc->block_sectors,
		      remap_layout_smallest(rc->block_sectors));
		ti->error = "Spare is too small";
		return -ENOSPC;
	}
	return 0;
}

static int get_devices(struct remap_c *rc, char **argv)
{
	struct dm_target *ti = rc->ti;
	int r;

	r = dm_get_device(ti, argv[0], dm_table_get_mode(ti->table), &rc->main);
	if (r) {
		DMERR("%s: cannot open main %s: %d", remap_name(rc), argv[0],
		      r);
		ti->error = "Cannot open main";
		return r;
	}
	rc->main_bdev = rc->main->bdev;
	r = dm_get_device(ti, argv[1], dm_table_get_mode(ti->table),
			  &rc->spare);
	if (r) {
		DMERR("%s: cannot open spare %s: %d", remap_name(rc), argv[1],
		      r);
		ti->error = "Cannot open spare";
	}
	return r;
}

/* <main> <spare> <block sectors> [<#features> ...] [<#core> ...] */
static int remap_ctr(struct dm_target *ti, unsigned int argc, char **argv)
{
	struct remap_c *rc;
	int r;

	if (argc < 3) {
		ti->error = "Main, spare and block size are needed";
		return -EINVAL;
	}
	rc = alloc_target(ti);
	if (!rc) {
		ti->error = "Out of memory";
		return -ENOMEM;
	}
	r = get_devices(rc, argv);
	if (!r)
		r = check_devices(rc);
	if (!r)
		r = remap_parse(rc, argc - 2, argv + 2);
	if (!r)
		r = check_geometry(rc);
	if (!r)
		r = remap_join(rc);
	/*
	 * What is said here holds unless the spare changes before it is looked
	 * at again in preresume; nothing is written. Superblocks are whole
	 * units, so one that an older table is writing at this moment does no
	 * harm: the other copy is valid.
	 */
	if (!r) {
		r = remap_check_main(rc);
		if (r)
			ti->error = "Main is a spare";
	}
	if (!r && rc->format) {
		r = remap_check_blank(rc);
		if (r)
			ti->error = "Spare is not blank or cannot be read";
	} else if (!r) {
		r = remap_check_spare(rc);
		if (r)
			ti->error = "Spare is not the one of this main";
	}
	if (r) {
		if (ti->error)
			DMERR("%s: table refused: %s", remap_name(rc),
			      ti->error);
		free_target(rc);
		return r;
	}

	ti->private = rc;
	ti->num_flush_bios = 2;
	ti->num_discard_bios = 1;
	ti->num_secure_erase_bios = 1;
	ti->num_write_zeroes_bios = 1;
	ti->discards_supported = remap_bdev_max_discard(rc->main->bdev);
	ti->per_io_data_size = sizeof(struct remap_io);
	return 0;
}

static void remap_dtr(struct dm_target *ti)
{
	free_target(ti->private);
}

static int remap_preresume(struct dm_target *ti)
{
	struct remap_c *rc = ti->private;
	unsigned int noio;
	int r = 0;

	/* Memory must not be waited for that this very device would free. */
	noio = memalloc_noio_save();
	/* First: the older table goes also when this one cannot be used. */
	remap_inherit(rc);
	if (!rc->loaded)
		r = remap_activate(rc);
	memalloc_noio_restore(noio);
	if (r)
		return r;
	/* From now on numbers of events are given out: not clean any more. */
	remap_event(rc, REMAP_EVENT_ACTIVATE, REMAP_NO_BLOCK, REMAP_NO_SLOT,
		    NULL);
	if (remap_state_save(rc, false))
		remap_state_save(rc, false);
	return 0;
}

static void remap_resume(struct dm_target *ti)
{
	struct remap_c *rc = ti->private;

	WRITE_ONCE(rc->stopping, false);
	rc->active = true;
	queue_delayed_work(rc->wq, &rc->save_work,
			   rc->arg[REMAP_SAVE_INTERVAL] * HZ);
	remap_scan_resume(rc);
	remap_weak_resume(rc);
	remap_export_add(rc);
}

static void remap_presuspend(struct dm_target *ti)
{
	struct remap_c *rc = ti->private;

	WRITE_ONCE(rc->stopping, true);
	wake_up_all(&rc->stop_wait);
	remap_scan_suspend(rc);
	remap_weak_suspend(rc);
	cancel_delayed_work_sync(&rc->save_work);
}

static void remap_postsuspend(struct dm_target *ti)
{
	struct remap_c *rc = ti->private;

	wait_event(rc->held_wait, !atomic_read(&rc->held));
	if (!rc->active)
		return;
	/* A move that a message has begun ends after its batch. */
	mutex_lock(&rc->move_mutex);
	rc->active = false;
	mutex_unlock(&rc->move_mutex);
	remap_event(rc, REMAP_EVENT_DEACTIVATE, REMAP_NO_BLOCK, REMAP_NO_SLOT,
		    NULL);
	if (remap_state_save(rc, true))
		remap_state_save(rc, true);
}

static int remap_iterate_devices(struct dm_target *ti,
				 iterate_devices_callout_fn fn, void *data)
{
	struct remap_c *rc = ti->private;
	int r;

	r = fn(ti, rc->main, 0, ti->len, data);
	if (r)
		return r;
	return fn(ti, rc->spare, 0, (sector_t)rc->super.layout.spare_blocks <<
		  rc->block_shift, data);
}

/*
 * ioctls go to main, but since what they reach there may be served from the
 * spare, device-mapper lets through only those of privileged processes.
 */
#ifdef REMAP_IOCTL_FORWARDS
static int remap_prepare_ioctl(struct dm_target *ti, struct block_device **bdev,
			       unsigned int cmd, unsigned long arg,
			       bool *forward)
#else
static int remap_prepare_ioctl(struct dm_target *ti, struct block_device **bdev)
#endif
{
	struct remap_c *rc = ti->private;

	*bdev = rc->main->bdev;
	return 1;
}

static struct target_type remap_target = {
	.name = "remap",
	.version = { 1, 0, 0 },
	.features = DM_TARGET_NOWAIT,
	.module = THIS_MODULE,
	.ctr = remap_ctr,
	.dtr = remap_dtr,
	.map = remap_map,
	.presuspend = remap_presuspend,
	.presuspend_undo = remap_resume,
	.postsuspend = remap_postsuspend,
	.preresume = remap_preresume,
	.resume = remap_resume,
	.status = remap_status,
	.message = remap_message,
	.prepare_ioctl = remap_prepare_ioctl,
	.iterate_devices = remap_iterate_devices,
};

static int __init remap_init(void)
{
	int r;

	remap_sysfs_init();
	remap_debugfs_init();
	r = dm_register_target(&remap_target);
	if (r)
		remap_debugfs_exit();
	return r;
}

static void __exit remap_exit(void)
{
	dm_unregister_target(&remap_target);
	remap_debugfs_exit();
}

module_init(remap_init);
module_exit(remap_exit);

MODULE_DESCRIPTION(DM_NAME " target serving bad blocks from a spare device");
MODULE_AUTHOR("dm-remap authors");
MODULE_LICENSE("GPL");
