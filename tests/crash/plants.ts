import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const KERNEL = join(import.meta.dirname, '../../kernel');

interface Edit {
  readonly file: string;
  /** What must be there exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** A bug that is put into a copy of the module, to see that it is found. */
export interface Plant {
  readonly about: string;
  readonly edits: readonly Edit[];
}

const WRITE_LATE = `struct late {
	struct work_struct work;
	struct remap_c *rc;
	u64 unit;
	u8 bytes[REMAP_UNIT];
};

static void late_fn(struct work_struct *work)
{
	struct late *l = container_of(work, struct late, work);

	mutex_lock(&l->rc->commit_mutex);
	memcpy(l->rc->unit, l->bytes, REMAP_UNIT);
	write_copies(l->rc, l->unit);
	mutex_unlock(&l->rc->commit_mutex);
	kfree(l);
}

static int write_late(struct remap_c *rc, u64 unit)
{
	static struct workqueue_struct *queue;
	struct late *l = kmalloc(sizeof(*l), GFP_NOIO | __GFP_NOFAIL);

	if (!queue)
		queue = alloc_ordered_workqueue("late", 0);
	l->rc = rc;
	l->unit = unit;
	memcpy(l->bytes, rc->unit, REMAP_UNIT);
	INIT_WORK(&l->work, late_fn);
	queue_work(queue, &l->work);
	return 0;
}

`;

export const PLANTS: ReadonlyMap<string, Plant> = new Map([
  [
    'commit-late',
    {
      about: 'a remapped write completes first and its mapping is written after that',
      edits: [
        {
          file: 'dm-remap-meta.c',
          find: 'static void commit_unit(',
          replace: `${WRITE_LATE}static void commit_unit(`,
        },
        { file: 'dm-remap-meta.c', find: 'r = write_copies(rc, unit);', replace: 'r = write_late(rc, unit);' },
      ],
    },
  ],
  [
    'no-preflush',
    {
      about:
        'the spare is not flushed before the mapping is written, so that the mapping may be there without the data',
      edits: [
        {
          file: 'dm-remap-meta.c',
          find: '	remap_flush(rc, rc->spare->bdev);',
          replace: '',
        },
      ],
    },
  ],
  [
    'no-fua',
    {
      about: 'the mapping is written, but not forced to the medium',
      edits: [
        { file: 'dm-remap-io.c', find: '(fua ? REQ_FUA : 0)', replace: '0' },
        { file: 'dm-remap-io.c', find: '	if (fua)\n		return true;', replace: '	return true;' },
      ],
    },
  ],
  [
    'flush-main-only',
    {
      about: 'a flush of the mapped device reaches main, but not the spare',
      edits: [{ file: 'dm-remap-target.c', find: 'ti->num_flush_bios = 2;', replace: 'ti->num_flush_bios = 1;' }],
    },
  ],
  [
    'moved-untold',
    {
      about: 'a unit of the table is written to a new place that no superblock tells of',
      edits: [{ file: 'dm-remap-meta.c', find: '	*moved = true;', replace: '' }],
    },
  ],
  [
    'bad-spare-later',
    {
      about: 'a block leaves a failing spare block in two writes of the same table unit',
      edits: [
        {
          file: 'dm-remap-relocate.c',
          find: 'slot / REMAP_TABLE_ENTRIES !=',
          replace: 'true || slot / REMAP_TABLE_ENTRIES !=',
        },
      ],
    },
  ],
  [
    'unmap-no-flush',
    {
      about: 'an unmapped block is given up before its data is durable on main',
      edits: [
        {
          file: 'dm-remap-unmap.c',
          find: 'status = remap_flush(rc, rc->main->bdev);',
          replace: 'status = BLK_STS_OK;',
        },
      ],
    },
  ],
]);

/** Gives a folder with the module's sources and the bug in them; it is removed afterwards. */
export async function withPlant<T>(plant: Plant, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'dmr-plant-'));
  try {
    await cp(KERNEL, folder, { recursive: true });
    for (const { file, find, replace } of plant.edits) {
      const path = join(folder, file);
      const parts = (await readFile(path, 'utf8')).split(find);
      if (parts.length !== 2) throw new Error(`"${find}" is not once in kernel/${file}: adapt the planted bug to it`);
      await writeFile(path, parts.join(replace));
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
