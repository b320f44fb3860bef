/** Kernel memory in use, in bytes. */
export interface KernelMemory {
  /** Pages of all slabs, with those that kmalloc takes directly (`Slab` of /proc/meminfo). */
  readonly slab: number;
  /** `VmallocUsed` of /proc/meminfo. */
  readonly vmalloc: number;
  /** `Percpu` of /proc/meminfo. */
  readonly perCpu: number;
  /** Bytes in pages of each slab cache, by its name in /proc/slabinfo. */
  readonly caches: ReadonlyMap<string, number>;
}

const PAGE_BYTES = 4096;

/** Reads /proc/meminfo and /proc/slabinfo. Throws when a line that is needed is missing. */
export function parseKernelMemory(meminfo: string, slabinfo: string): KernelMemory {
  const field = (name: string): number => {
    const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(meminfo)?.[1];
    if (kib === undefined) throw new Error(`/proc/meminfo has no ${name}`);
    return Number(kib) * 1024;
  };
  const caches = new Map<string, number>();
  // name active_objs num_objs objsize objperslab pagesperslab : tunables … : slabdata active_slabs num_slabs sharedavail
  const line = /^(\S+) +\d+ +\d+ +\d+ +\d+ +(\d+) : tunables.*: slabdata +\d+ +(\d+) +\d+$/gm;
  for (const [, name = '', pages, slabs] of slabinfo.matchAll(line)) {
    caches.set(name, Number(pages) * Number(slabs) * PAGE_BYTES);
  }
  if (caches.size === 0) throw new Error('/proc/slabinfo has no caches');
  return { slab: field('Slab'), vmalloc: field('VmallocUsed'), perCpu: field('Percpu'), caches };
}

export interface Growth {
  readonly bytes: number;
  /** Where most of it is, largest first. */
  readonly places: readonly { readonly name: string; readonly bytes: number }[];
}

const PLACES_TOLD = 3;

export function growth(before: KernelMemory, after: KernelMemory): Growth {
  const bytes = after.slab + after.vmalloc + after.perCpu - before.slab - before.vmalloc - before.perCpu;
  const places = [...after.caches].map(([name, held]) => ({ name, bytes: held - (before.caches.get(name) ?? 0) }));
  places.push({ name: 'vmalloc', bytes: after.vmalloc - before.vmalloc });
  places.sort((a, b) => b.bytes - a.bytes);
  return { bytes, places: places.filter((place) => place.bytes > 0).slice(0, PLACES_TOLD) };
}
