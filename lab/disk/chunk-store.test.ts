import { expect, test } from 'vitest';
import { ChunkStore } from './chunk-store.ts';

const CHUNK = 64 * 1024;

test('gives back what was written across a chunk border, and zeroes elsewhere', () => {
  const store = new ChunkStore(4 * CHUNK);
  store.write(CHUNK - 2, Buffer.from([1, 2, 3, 4]));
  expect([...store.read(CHUNK - 4, 8)]).toEqual([0, 0, 1, 2, 3, 4, 0, 0]);
});

test('zeroes a part of one chunk and the whole of another', () => {
  const store = new ChunkStore(4 * CHUNK);
  store.write(0, Buffer.alloc(3 * CHUNK, 7));
  store.zero(CHUNK - 1, CHUNK + 1);
  expect(store.read(CHUNK - 2, 1)[0]).toBe(7);
  expect(store.read(CHUNK - 1, CHUNK + 1).every((byte) => byte === 0)).toBe(true);
  expect(store.read(2 * CHUNK, 1)[0]).toBe(7);
});

test('a snapshot keeps what was there when it was taken', () => {
  const store = new ChunkStore(CHUNK);
  store.write(0, Buffer.from([1]));
  const before = store.snapshot();
  store.write(0, Buffer.from([2]));
  const after = store.snapshot();
  store.zero(0, CHUNK);
  store.restore(before);
  expect(store.read(0, 1)[0]).toBe(1);
  store.write(0, Buffer.from([3]));
  store.restore(after);
  expect(store.read(0, 1)[0]).toBe(2);
  store.restore(before);
  expect(store.read(0, 1)[0]).toBe(1);
});

test('refuses what is not on the disk', () => {
  const store = new ChunkStore(CHUNK);
  expect(() => store.read(CHUNK - 1, 2)).toThrow(RangeError);
  expect(() => {
    store.write(-1, Buffer.alloc(1));
  }).toThrow(RangeError);
});
