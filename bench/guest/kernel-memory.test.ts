import { expect, it } from 'vitest';

import { growth, parseKernelMemory } from './kernel-memory.ts';

const meminfo = (slab: number, vmalloc: number): string =>
  `MemTotal:        1003428 kB\nSlab:              ${String(slab)} kB\nSReclaimable:       6252 kB\n` +
  `VmallocTotal:   34359738367 kB\nVmallocUsed:        ${String(vmalloc)} kB\nPercpu:             1024 kB\n`;

const slabinfo = (objects: number, slabs: number): string =>
  `slabinfo - version: 2.1
# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>
kmalloc-4k           ${String(objects)}    840   4096    8    8 : tunables    0    0    0 : slabdata    105    ${String(slabs)}      0
dentry            ${String(objects * 7)}    840    192    8    8 : tunables    0    0    0 : slabdata    105    ${String(slabs)}      0
kmalloc-rcl-4k         0      0   4096    8    8 : tunables    0    0    0 : slabdata      0      0      0
`;

it('sums what grew, in bytes, and says where', () => {
  const before = parseKernelMemory(meminfo(20_000, 8000), slabinfo(832, 105));
  // Of 68 KiB more in slabs and pages, 64 KiB are a slab each of two caches, of which one is not looked at.
  const after = parseKernelMemory(meminfo(20_068, 8020), slabinfo(833, 106));
  expect(before.caches.get('kmalloc-4k')).toBe(832 * 4096);
  expect(growth(before, after)).toEqual({
    bytes: (4 + 4 + 20) * 1024,
    places: [
      { name: 'vmalloc', bytes: 20 * 1024 },
      { name: 'kmalloc-4k', bytes: 4096 },
      { name: 'pages', bytes: 4096 },
    ],
  });
});

it('takes off what became less', () => {
  const before = parseKernelMemory(meminfo(20_000, 8000), slabinfo(832, 105));
  const after = parseKernelMemory(meminfo(20_000, 8010), slabinfo(830, 105));
  expect(growth(before, after)).toEqual({ bytes: 2048, places: [{ name: 'vmalloc', bytes: 10_240 }] });
});

it('does not take a missing line for nothing', () => {
  expect(() => parseKernelMemory('Slab: 5 kB\n', slabinfo(1, 1))).toThrow('VmallocUsed');
  expect(() => parseKernelMemory(meminfo(1, 1), 'slabinfo - version: 2.1\n')).toThrow('no caches');
});
