/** Kernel memory in use, in bytes, of the kinds that a module without slab caches of its own takes. */
export interface KernelMemory {
  /** Objects in use of each cache in {@link CACHES}, times their size, from /proc/slabinfo. */
  readonly caches: ReadonlyMap<string, number>;
  /** What kmalloc took as whole pages: `Slab` of /proc/meminfo without the pages of /proc/slabinfo. */
  readonly pages: number;
  /** `VmallocUsed` of /proc/meminfo. */
  readonly vmalloc: number;
  /** `Percpu` of /proc/meminfo. */
  readonly perCpu: number;
}

/** Caches of kmalloc, and of what xarrays are made of. Other caches change with the programs that happen to run. */
const CACHES = /^(kmalloc-|radix_tree_node$)/;
const PAGE_BYTES = 4096;

/** Reads /proc/meminfo and /proc/slabinfo. Throws when a line that is needed is missing. */
export function parseKernelMemory(meminfo: string, slabinfo: string): KernelMemory {
  const field = (name: string): number => {
    const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(meminfo)?.[1];
    if (kib === undefined) throw new Error(`/proc/meminfo has no ${name}`);
    return Number(kib) * 1024;
  };
  const caches = new Map<string, number>();
  let inSlabs = 0;
  // name active_objs num_objs objsize objperslab pagesperslab : tunables … : slabdata active_slabs num_slabs sharedavail
  const line = /^(\S+) +(\d+) +\d+ +(\d+) +\d+ +(\d+) : tunables.*: slabdata +\d+ +(\d+) +\d+$/gm;
  for (const [, name = '', objects, size, pages, slabs] of slabinfo.matchAll(line)) {
    if (CACHES.test(name)) caches.set(name, Number(objects) * Number(size));
    inSlabs += Number(pages) * Number(slabs) * PAGE_BYTES;
  }
  if (caches.size === 0) throw new Error('/proc/slabinfo has no caches of kmalloc');
  return { caches, pages: field('Slab') - inSlabs, vmalloc: field('VmallocUsed'), perCpu: field('Percpu') };
}

export interface Growth {
  readonly bytes: number;
  /** Where most of it is, largest first. */
  readonly places: readonly { readonly name: string; readonly bytes: number }[];
}

const PLACES_TOLD = 3;

/** What `after` holds more than `before`. */
export function growth(before: KernelMemory, after: KernelMemory): Growth {
  const places = [...after.caches].map(([name, held]) => ({ name, bytes: held - (before.caches.get(name) ?? 0) }));
  for (const name of ['pages', 'vmalloc', 'perCpu'] as const) places.push({ name, bytes: after[name] - before[name] });
  places.sort((a, b) => b.bytes - a.bytes);
  return {
    bytes: places.reduce((sum, place) => sum + place.bytes, 0),
    places: places.filter((place) => place.bytes > 0).slice(0, PLACES_TOLD),
  };
}
