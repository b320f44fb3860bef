import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { LabDisk } from '../../../lab/disk/disk.ts';
import { diskSettings } from '../../../lab/disk/options.ts';
import { RequestClock } from '../../../lab/disk/request-log.ts';
import { DiskFaults } from './faults.ts';
import { seededRandom } from './random.ts';

const reads = { fails: 'reads', healOnWrite: true } as const;
const both = { fails: 'both', healOnWrite: true } as const;

describe('DiskFaults', () => {
  let disk: LabDisk;
  let faults: DiskFaults;

  beforeEach(() => {
    const settings = diskSettings({ name: 'main', bytes: 64 * 1024 * 1024, bus: 'virtio-scsi', serial: 'X1' });
    disk = new LabDisk(settings, new RequestClock());
    faults = new DiskFaults(disk);
  });

  afterEach(() => {
    faults.stop();
    vi.useRealTimers();
  });

  it('makes sectors fail on the disk and shows them merged and ascending', async () => {
    faults.add([{ first: 100, count: 8 }], both);
    faults.add([{ first: 104, count: 8 }], both);
    faults.add([{ first: 10, count: 2 }], reads);
    expect(faults.shown()).toEqual({
      faults: [
        { firstSector: 10, sectorCount: 2, fails: 'reads', healOnWrite: true },
        { firstSector: 100, sectorCount: 12, fails: 'both', healOnWrite: false },
      ],
      faultySectors: 14,
    });
    expect(await disk.read(111 * 512, 512)).toEqual({ error: 'EIO' });
    expect(await disk.write(100 * 512, Buffer.alloc(512), false)).toEqual({ error: 'EIO' });
    expect(await disk.read(112 * 512, 512)).toHaveProperty('data');
  });

  it('shows no more what a write has healed, and can add to it again', async () => {
    faults.add([{ first: 50, count: 2 }], reads);
    expect(await disk.write(50 * 512, Buffer.alloc(1024), false)).toEqual({});
    expect(faults.shown().faultySectors).toBe(0);
    faults.add([{ first: 60, count: 1 }], reads);
    expect(faults.shown().faults).toMatchObject([{ firstSector: 60 }]);
  });

  it('takes nothing when a run is not on the disk', () => {
    faults.add([{ first: 5, count: 1 }], both);
    expect(() => faults.add([{ first: faults.sectors, count: 1 }], both)).toThrow('not on the disk');
    expect(faults.shown().faultySectors).toBe(1);
  });

  it('removes a range of any kind', () => {
    faults.add([{ first: 5, count: 10 }], both);
    faults.add([{ first: 5, count: 10 }], reads);
    faults.remove({ first: 8, count: 100 });
    expect(faults.shown().faultySectors).toBe(3);
  });

  it('lets a dying disk die until it is cleared', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    faults.addPattern('dying-disk', both, seededRandom(4));
    const first = faults.shown().faultySectors;
    vi.advanceTimersByTime(20_000);
    const later = faults.shown().faultySectors;
    expect(later).toBeGreaterThan(first);
    faults.clear();
    vi.advanceTimersByTime(20_000);
    expect(faults.shown()).toEqual({ faults: [], faultySectors: 0 });
  });
});
