import { expect, it } from 'vitest';

import { growth, parseKernelMemory } from './kernel-memory.ts';

const meminfo = (slab: number, vmalloc: number): string =>
  `MemTotal:        1003428 kB\nSlab:              ${String(slab)} kB\nSReclaimable:       6252 kB\n` +
  `VmallocTotal:   34359738367 kB\nVmallocUsed:        ${String(vmalloc)} kB\nPercpu:             1024 kB\n`;

const slabinfo = (big: number): string =>
  `slabinfo - version: 2.1
# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>
kmalloc-4k           832    840   4096    8    8 : tunables    0    0    0 : slabdata    105    ${String(big)}      0
kmalloc-rcl-4k         0      0   4096    8    8 : tunables    0    0    0 : slabdata      0      0      0
`;

it('sums what grew, in bytes, and says where', () => {
  const before = parseKernelMemory(meminfo(20_000, 8000), slabinfo(105));
  const after = parseKernelMemory(meminfo(20_320, 8004), slabinfo(115));
  expect(before.caches.get('kmalloc-4k')).toBe(105 * 8 * 4096);
  expect(growth(before, after)).toEqual({
    bytes: 324 * 1024,
    places: [
      { name: 'kmalloc-4k', bytes: 320 * 1024 },
      { name: 'vmalloc', bytes: 4 * 1024 },
    ],
  });
});

it('does not take a missing line for nothing', () => {
  expect(() => parseKernelMemory('Slab: 5 kB\n', slabinfo(1))).toThrow('VmallocUsed');
  expect(() => parseKernelMemory(meminfo(1, 1), 'slabinfo - version: 2.1\n')).toThrow('no caches');
});
