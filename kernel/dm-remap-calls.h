/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the target's files do for each other. Included by dm-remap.h.
 */
#ifndef DM_REMAP_CALLS_H
#define DM_REMAP_CALLS_H

/* dm-remap-instances.c */
bool remap_overlap(struct block_device *a, struct block_device *b);
int remap_join(struct remap_c *rc);
void remap_leave(struct remap_c *rc);
void remap_inherit(struct remap_c *rc);

/* dm-remap-args.c */
extern const char * const remap_arg_names[REMAP_ARGS];
int remap_parse(struct remap_c *rc, unsigned int argc, char **argv);
int remap_set(struct remap_c *rc, const char *key, const char *value);
int remap_parse_u64(const char *word, u64 max, u64 *value);

/* dm-remap-map.c */
int remap_map(struct dm_target *ti, struct bio *bio);

/* dm-remap-end.c */
void remap_end(struct remap_io *io, struct bio *bio, blk_status_t status);
void remap_end_read(struct bio *bio);
void remap_end_long_read(struct bio *bio);
struct remap_io *remap_long_read_io(struct bio *bio);
void remap_end_write(struct bio *bio);
void remap_end_known(struct bio *bio);
void remap_end_flush(struct bio *bio);
void remap_uncount(struct remap_io *io);

/* dm-remap-recover.c */
void remap_hold(struct remap_c *rc, struct remap_io *io);
enum remap_class remap_classify(blk_status_t status);
bool remap_blames_block(blk_status_t status);
void remap_halt(struct remap_c *rc, const char *why);
bool remap_main_refused(struct remap_c *rc, u64 block);
void remap_main_wrote(struct remap_c *rc);
bool remap_believe(struct remap_c *rc, blk_status_t status, u64 block);
void remap_backoff(struct remap_c *rc, unsigned int attempt);
blk_status_t remap_read_tries(struct remap_c *rc, remap_read_fn read,
			      void *context, struct remap_tries *tries);
bool remap_read_failed(struct remap_c *rc, u64 block, bool mapped,
		       blk_status_t status, const char *finder);
bool remap_may_move(struct remap_c *rc);

/* dm-remap-relocate.c */
blk_status_t remap_write_block(struct remap_c *rc, struct remap_io *io,
			       u64 block, unsigned int first,
			       unsigned int count);
bool remap_mark_bad(struct remap_c *rc, u32 slot);
int remap_commit_blocks(struct remap_c *rc, struct remap_change *changes,
			unsigned int count);
void remap_count(struct remap_c *rc, u64 *counter);
bool remap_storm_pass(struct remap_c *rc);

/* dm-remap-carry.c */
blk_status_t remap_carry_over(struct remap_c *rc, const struct remap_view *old,
			      u32 slot, const u64 *skip,
			      struct remap_entry *entry);

/* dm-remap-move.c */
int remap_may_request(struct remap_c *rc);
int remap_move(struct remap_c *rc, u64 block, u64 count,
	       enum remap_cause cause);

/* dm-remap-unmap.c */
int remap_unmap(struct remap_c *rc, u64 block);

/* dm-remap-lock.c */
bool remap_lock_block(struct remap_c *rc, struct remap_lock *lock, u64 block);
void remap_lock_block_wait(struct remap_c *rc, struct remap_wait_lock *w,
			   u64 block);
void remap_unlock_block(struct remap_c *rc, struct remap_lock *lock);
int remap_gate(struct remap_c *rc, u64 first, unsigned int count,
	       enum remap_gate how);
void remap_ungate(struct remap_c *rc, u64 first, unsigned int count);
void remap_drain(struct remap_c *rc);

/* dm-remap-io.c */
blk_status_t remap_io_pages(struct remap_c *rc, struct block_device *bdev,
			    sector_t sector, struct page **pages,
			    unsigned int offset, unsigned int sectors,
			    blk_opf_t opf);
blk_status_t remap_io_buffer(struct remap_c *rc, struct block_device *bdev,
			     sector_t sector, void *buffer,
			     unsigned int bytes, blk_opf_t opf);
blk_status_t remap_io_part(struct remap_c *rc, struct remap_io *io,
			   struct block_device *bdev, sector_t sector,
			   unsigned int skip, unsigned int sectors);
unsigned int remap_next_run(const u64 *mask, unsigned int *from,
			    unsigned int end);
blk_status_t remap_flush(struct remap_c *rc, struct block_device *bdev);
bool remap_io_settle(struct remap_c *rc, struct remap_io *io);
void remap_io_committed(struct remap_c *rc, struct remap_io *io);
bool remap_write_durable(struct remap_c *rc, sector_t sector, void *unit);
bool remap_main_alive(struct remap_c *rc, u64 suspect_block);
bool remap_spare_alive(struct remap_c *rc);

/* dm-remap-hash.c */
int remap_hash_init(struct remap_c *rc);
void remap_hash_exit(struct remap_c *rc);
struct remap_slot *remap_slot(struct remap_c *rc, u32 slot);
bool remap_find(struct remap_c *rc, u64 first, u64 last,
		struct remap_view *view, u64 *block);
void remap_view(struct remap_c *rc, u64 block, struct remap_view *view);
void remap_apply(struct remap_c *rc, const struct remap_change *change);
void remap_slot_entry(struct remap_c *rc, u32 slot, struct remap_entry *entry);
bool remap_next_mapped(struct remap_c *rc, u64 *slot, u64 *block);
bool remap_is_partial(struct remap_c *rc, u64 block, const u64 *mask);
void remap_set_suspect(struct remap_c *rc, u32 slot);

/* dm-remap-spare.c */
int remap_chunk_get(struct remap_c *rc, u32 table_unit);
int remap_spare_take(struct remap_c *rc, u32 *slot);
void remap_spare_put(struct remap_c *rc, u32 slot);
void remap_spare_rearm(struct remap_c *rc);
int remap_spare_rebuild(struct remap_c *rc);
void remap_spare_unkeep(struct remap_c *rc, u64 place);
u64 remap_spare_total(struct remap_c *rc);
u64 remap_spare_free(struct remap_c *rc);

/* dm-remap-meta.c */
int remap_commit(struct remap_c *rc, struct remap_change *changes,
		 unsigned int count);
int remap_write_super(struct remap_c *rc);
bool remap_write_unit(struct remap_c *rc, unsigned int copy, u64 unit,
		      bool *moved);
sector_t remap_table_sector(struct remap_c *rc, unsigned int copy, u64 unit);
sector_t remap_state_sector(struct remap_c *rc, unsigned int slot);
int remap_note_missed(struct remap_c *rc, unsigned int copy, u64 unit);
void remap_copy_failed(struct remap_c *rc, unsigned int copy);
void remap_go_read_only(struct remap_c *rc);
unsigned int remap_copies_good(struct remap_c *rc);

/* dm-remap-activate.c */
int remap_check_length(struct remap_c *rc, struct remap_c *of);
int remap_activate(struct remap_c *rc);

/* dm-remap-load.c */
int remap_check_spare(struct remap_c *rc);
int remap_check_main(struct remap_c *rc);

/* dm-remap-table.c */
int remap_load(struct remap_c *rc);

/* dm-remap-format.c */
int remap_check_blank(struct remap_c *rc);
int remap_format(struct remap_c *rc);
void remap_unformat(struct remap_c *rc);
int remap_grow_table(struct remap_c *rc, u64 units);

/* dm-remap-events.c */
int remap_events_init(struct remap_c *rc);
void remap_events_exit(struct remap_c *rc);
bool remap_event_get(struct remap_c *rc, u64 last, unsigned int n,
		     struct remap_disk_event *event);
bool remap_event_after(struct remap_c *rc, u64 after,
		       struct remap_disk_event *event);
const char *remap_event_name(unsigned int type);
void remap_event(struct remap_c *rc, enum remap_event_type type, u64 block,
		 u32 slot, const char *detail);

/* dm-remap-message.c */
int remap_message(struct dm_target *ti, unsigned int argc, char **argv,
		  char *result, unsigned int maxlen);

#endif
