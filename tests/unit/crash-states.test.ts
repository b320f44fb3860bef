import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../../lab/index.ts';
import { ChunkStore } from '../../lab/disk/chunk-store.ts';
import { CrashReplay, type Survival } from '../kernel/harness/crash-states.ts';

const SECTOR_BYTES = 512;

type Request = Pick<LogEntry, 'number' | 'operation'> & Partial<LogEntry>;

function entry(request: Request, content = 0): LogEntry {
  const count = request.count ?? 0;
  const data = Buffer.alloc(count * SECTOR_BYTES, content);
  const answered = request.answered ?? 0;
  const result = answered === 0 ? 'open' : 'ok';
  return { disk: 'main', sector: 0, count, fua: false, result, ...request, answered, data };
}

/** Two writes, of which a flush covers the first; then three, of which the middle one is forced. */
function replay(): CrashReplay {
  return new CrashReplay(new ChunkStore(8 * SECTOR_BYTES).snapshot(), [
    entry({ number: 1, operation: 'write', sector: 0, count: 4, answered: 2 }, 1),
    entry({ number: 3, operation: 'write', sector: 2, count: 1, answered: 6 }, 2),
    entry({ number: 4, operation: 'flush', answered: 7 }),
    entry({ number: 8, operation: 'write', sector: 3, count: 2, answered: 9 }, 3),
    entry({ number: 10, operation: 'write', sector: 5, count: 1, fua: true, answered: 13 }, 4),
    entry({ number: 11, operation: 'write', sector: 5, count: 1, answered: 12 }, 5),
  ]);
}

/** The first byte of each sector. */
function left(at: number, survival: Survival): number[] {
  const run = replay();
  run.advance(at);
  const state = run.state(survival);
  return Array.from({ length: 8 }, (_, sector) => state.sector(sector)[0] ?? -1);
}

describe('the states that a power cut may leave', () => {
  it('hold nothing for certain before a flush is answered', () => {
    expect(left(6, 'durable')).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(left(6, 'all')).toEqual([1, 1, 2, 1, 0, 0, 0, 0]);
  });

  it('hold for certain what was answered before the flush was sent, and no more', () => {
    expect(left(7, 'durable')).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
    expect(left(7, 'all')).toEqual([1, 1, 2, 1, 0, 0, 0, 0]);
  });

  it('hold for certain what was forced, but not what was sent before it', () => {
    expect(left(12, 'durable')).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
    expect(left(13, 'durable')).toEqual([1, 1, 1, 1, 0, 4, 0, 0]);
  });

  it('hold one request and nothing else, or all but one', () => {
    expect(left(13, { by: 'only', request: 8 })).toEqual([1, 1, 1, 3, 3, 4, 0, 0]);
    expect(left(13, { by: 'without', request: 8 })).toEqual([1, 1, 2, 1, 0, 5, 0, 0]);
  });

  it('hold each part of a torn request', () => {
    const seen = new Set(
      Array.from({ length: 32 }, (_, seed) => left(13, { by: 'torn', request: 8, seed }).slice(3, 5).join()),
    );
    expect([...seen].sort()).toEqual(['1,0', '1,3', '3,0', '3,3']);
  });

  it('name the requests of which something is not certain', () => {
    const run = replay();
    run.advance(13);
    expect(run.pending()).toEqual([
      { request: 3, sectors: 1 },
      { request: 8, sectors: 2 },
      { request: 11, sectors: 1 },
    ]);
    expect(run.instants).toEqual([1, 3, 7, 8, 10, 11, 13]);
  });
});
