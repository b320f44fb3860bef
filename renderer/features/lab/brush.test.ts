import { describe, expect, it } from 'vitest';

import { makeConnection, makeDisk, makeTarget } from '../../testing/fixtures.ts';
import { faultAt, labDiskOf } from './brush.ts';

describe('faultAt', () => {
  const options = { blocks: 8, blockSectors: 8, startSectors: 0, fails: 'both', heal: false } as const;

  it('is the first blocks of the cell, in sectors of the disk', () => {
    expect(faultAt({ first: 100, count: 512 }, options)).toEqual({
      firstSector: 800,
      sectorCount: 64,
      fails: 'both',
      healOnWrite: false,
    });
  });

  it('never reaches past the cell, and begins where the partition does', () => {
    const fault = faultAt({ first: 100, count: 1 }, { ...options, startSectors: 2048 });
    expect(fault).toMatchObject({ firstSector: 2848, sectorCount: 8 });
  });

  it('heals only where reads alone fail: a failing write cannot heal', () => {
    expect(faultAt({ first: 0, count: 1 }, { ...options, heal: true }).healOnWrite).toBe(false);
    expect(faultAt({ first: 0, count: 1 }, { ...options, heal: true, fails: 'reads' }).healOnWrite).toBe(true);
  });
});

describe('labDiskOf', () => {
  const target = makeTarget();
  const workload = {
    state: 'idle',
    target: null,
    writesAcknowledged: 0,
    writesFailed: 0,
    blocksVerified: 0,
    blocksWrong: 0,
    blocksUnreadable: 0,
    lastError: null,
  } as const;
  const disk = { name: 'main', serial: 'S1', sizeSectors: 1, pulled: false, faults: [], faultySectors: 0 };
  const lab = { power: 'on' as const, disks: [disk], workload };

  it('finds the disk by its serial, and none for another', () => {
    expect(labDiskOf(makeConnection({ id: 'lab', lab, devices: [makeDisk({ serial: 'S1' })] }), target)).toBe('main');
    expect(labDiskOf(makeConnection({ id: 'lab', lab, devices: [makeDisk({ serial: 'S2' })] }), target)).toBeNull();
  });
});
