import { expect, test } from 'vitest';
import { LabError } from '../errors.ts';
import { FaultTable, type FaultHit } from './faults.ts';

const at = (first: number, count = 1): { first: number; count: number } => ({ first, count });

test('fails only requests that touch the sector, and only for its operations', () => {
  const faults = new FaultTable(1000);
  faults.add({ kind: 'medium', operations: ['read'], ranges: [at(100)] });
  expect(faults.judge('read', at(96, 8)).badSector).toBe(100);
  expect(faults.judge('read', at(92, 8)).badSector).toBeUndefined();
  expect(faults.judge('read', at(101, 8)).badSector).toBeUndefined();
  expect(faults.judge('write', at(96, 8)).badSector).toBeUndefined();
});

test('names the first bad sector of several faults', () => {
  const faults = new FaultTable(1000);
  faults.add({ kind: 'medium', ranges: [at(30)] });
  faults.add({ kind: 'medium', ranges: [at(20), at(40)] });
  expect(faults.judge('read', at(0, 100)).badSector).toBe(20);
});

test('an unreadable sector is good once it was written, its neighbours are not', () => {
  const faults = new FaultTable(1000);
  faults.add({ kind: 'medium', operations: ['read'], ranges: [at(10, 3)] });
  faults.written(at(11));
  expect(faults.judge('read', at(11)).badSector).toBeUndefined();
  expect(faults.judge('read', at(10)).badSector).toBe(10);
  expect(faults.judge('read', at(12)).badSector).toBe(12);
  faults.written(at(10, 3));
  expect(faults.list()).toEqual([]);
});

test('a sector that also fails writes, or was told not to heal, stays bad', () => {
  const faults = new FaultTable(1000);
  faults.add({ kind: 'medium', ranges: [at(10)] });
  faults.add({ kind: 'medium', operations: ['read'], ranges: [at(20)], healOnWrite: false });
  faults.written(at(0, 100));
  expect(faults.judge('read', at(10)).badSector).toBe(10);
  expect(faults.judge('read', at(20)).badSector).toBe(20);
});

test('a counted fault ends after its number of failures and tells of each', () => {
  const faults = new FaultTable(1000);
  const hits: FaultHit[] = [];
  faults.onHit((hit) => hits.push(hit));
  const id = faults.add({ kind: 'medium', operations: ['write'], ranges: [at(5)], failures: 2 });
  expect(faults.judge('read', at(5)).badSector).toBeUndefined();
  expect(faults.judge('write', at(0, 8)).badSector).toBe(5);
  expect(faults.list()[0]?.failuresLeft).toBe(1);
  expect(faults.judge('write', at(0, 8)).badSector).toBe(5);
  expect(faults.judge('write', at(0, 8)).badSector).toBeUndefined();
  const hit = { id, kind: 'medium', operation: 'write', sector: 5 };
  expect(hits).toEqual([hit, hit]);
});

test('the longest delay of several slow faults counts', () => {
  const faults = new FaultTable(1000);
  faults.add({ kind: 'slow', ranges: [at(0, 10)], delayMs: 20 });
  faults.add({ kind: 'slow', delayMs: 50 });
  expect(faults.judge('read', at(0)).delayMs).toBe(50);
  expect(faults.judge('flush', at(0, 0)).delayMs).toBe(0);
});

test('a fault everywhere can fail flushes, one with a place cannot', () => {
  const faults = new FaultTable(1000);
  faults.add({ kind: 'medium', operations: ['flush'], ranges: [at(0, 1000)] });
  expect(faults.judge('flush', at(0, 0)).badSector).toBeUndefined();
  faults.add({ kind: 'medium', operations: ['flush'] });
  expect(faults.judge('flush', at(0, 0)).badSector).toBe(-1);
});

test('a request held by a hanging disk goes on when the fault is removed', async () => {
  const faults = new FaultTable(1000);
  const id = faults.add({ kind: 'hang' });
  const { held } = faults.judge('read', at(0));
  expect(held).toBeInstanceOf(Promise);
  let released = false;
  const waiting = held?.then(() => {
    released = true;
  });
  await Promise.resolve();
  expect(released).toBe(false);
  expect(faults.remove(id)).toBe(true);
  await waiting;
  expect(released).toBe(true);
});

test('removes, heals and clears', () => {
  const faults = new FaultTable(1000);
  const id = faults.add({ kind: 'medium', ranges: [at(10, 4)] });
  faults.heal(at(12, 10));
  expect(faults.list()[0]?.ranges).toEqual([at(10, 2)]);
  expect(faults.remove(id)).toBe(true);
  expect(faults.remove(id)).toBe(false);
  faults.add({ kind: 'medium' });
  faults.clear();
  expect(faults.list()).toEqual([]);
});

test.each([at(-1), at(999, 2), at(0, 0), at(1.5)])('refuses a fault that is not on the disk: %o', (range) => {
  const faults = new FaultTable(1000);
  expect(() => faults.add({ kind: 'medium', ranges: [range] })).toThrow(LabError);
  expect(faults.list()).toEqual([]);
});
