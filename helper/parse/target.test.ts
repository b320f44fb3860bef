import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { AppError } from '../../app/errors.ts';
import { fixture } from '../fixtures.ts';
import { parseEvents, parseHealth, parseRemaps } from './messages.ts';
import { parseStatus } from './status.ts';
import { parseInfo } from './info.ts';
import { parseRemapTable, parseSegments } from './table.ts';

const status = 'rw 8 14 16000 1 3 2 12 1 1 40 12 5 6 2/2 idle 77 1 80 60 123';

describe('the status line', () => {
  it('is read field by field', () => {
    expect(parseStatus(status)).toEqual({
      mode: 'rw',
      blockSectors: 8,
      spareUsed: 14,
      spareTotal: 16_000,
      spareBad: 1,
      pending: 3,
      partial: 2,
      auto: 12,
      manual: 1,
      proactive: 1,
      readErrors: 40,
      writeErrors: 12,
      softErrors: 5,
      slowReads: 6,
      metadataGood: 2,
      metadataCopies: 2,
      scanState: 'idle',
      scanBlock: 77,
      scanPasses: 1,
      risk: 80,
      confidence: 60,
      lastEvent: 123,
    });
  });

  it('may have more fields at its end', () => {
    expect(parseStatus(`${status} new 1`)).toEqual(parseStatus(status));
  });

  it('is refused when any field is missing or damaged', () => {
    const words = status.split(' ');
    fc.assert(
      fc.property(
        fc.nat(words.length - 1),
        fc.constantFrom('', '-1', 'x', '1.5', '99999999999999999', '2/2/2'),
        (at, bad) => {
          const damaged = bad === '' ? words.toSpliced(at, 1) : words.with(at, bad);
          expect(() => parseStatus(damaged.join(' '))).toThrow(AppError);
        },
      ),
    );
  });

  it('is refused with a mode or a percentage that cannot be', () => {
    expect(() => parseStatus(status.replace('rw', 'ok'))).toThrow(AppError);
    expect(() => parseStatus(status.replace(' 80 ', ' 101 '))).toThrow(AppError);
  });
});

describe('the answer to remaps', () => {
  it('gives rows and where to go on', () => {
    expect(parseRemaps('5 17 mapped auto 0f 1700000000\n9 - pending - 0 1700000001\nnext 10\n')).toEqual({
      rows: [
        { block: 5, spareBlock: 17, state: 'mapped', cause: 'auto', residency: '0f', seconds: 1_700_000_000 },
        { block: 9, spareBlock: null, state: 'pending', cause: null, residency: '0', seconds: 1_700_000_001 },
      ],
      next: 10,
    });
    expect(parseRemaps('end\n')).toEqual({ rows: [], next: null });
  });

  it.each([
    ['no last line', '5 17 mapped auto 0f 1700000000\n'],
    ['nothing at all', ''],
    ['a cut line', '5 17 mapped auto\nend'],
    ['another state', '5 17 moved auto 0f 1\nend'],
    ['a mask that is no number', '5 17 mapped auto zz 1\nend'],
    ['one column more', '5 17 mapped auto 0f 1 2\nend'],
    ['a bad cursor', 'next -1'],
  ])('is refused with %s', (_what, text) => {
    expect(() => parseRemaps(text)).toThrow(AppError);
  });
});

describe('the answer to events', () => {
  it('gives events with their detail, which may be several words', () => {
    expect(parseEvents('7 1700000000123 remap 5 17 -\n8 1700000000124 set - - retries 4\nend')).toEqual({
      rows: [
        { number: 7, milliseconds: 1_700_000_000_123, type: 'remap', block: 5, spareBlock: 17, detail: null },
        { number: 8, milliseconds: 1_700_000_000_124, type: 'set', block: null, spareBlock: null, detail: 'retries 4' },
      ],
      next: null,
    });
  });

  it.each(['7 1 exploded 5 17 -\nend', '7 1 remap 5 17\nend', '7 1 remap 5 17 -'])('refuses %j', (text) => {
    expect(() => parseEvents(text)).toThrow(AppError);
  });
});

describe('the answer to health', () => {
  it('gives the cells that have something to tell', () => {
    expect(parseHealth('3 100 2 1 0 4 850 120000 70 40\nend')).toEqual([
      {
        cell: 3,
        scannedBlocks: 100,
        mapped: 2,
        pending: 1,
        soft: 0,
        slow: 4,
        averageLatencyUs: 850,
        worstLatencyUs: 120_000,
        risk: 70,
        confidence: 40,
      },
    ]);
  });

  it.each(['3 100 2 1 0 4 850 120000 70\nend', '3 100 2 1 0 4 850 120000 70 40 1\nend', 'next 4'])(
    'refuses %j',
    (text) => {
      expect(() => parseHealth(text)).toThrow(AppError);
    },
  );
});

describe('a live pair', () => {
  const uuid = 'dca0c773-82e1-487a-962d-2e5429a7f600';

  it('is read from its table, its state and its device-mapper facts', () => {
    const [table] = parseSegments(fixture('remap-table.txt'));
    const [state] = parseSegments(fixture('remap-status.txt'));
    expect(table && parseRemapTable(table)).toMatchObject({
      mainDevno: '259:0',
      spareDevno: '8:0',
      lengthSectors: 524_288,
      blockSectors: 8,
      features: [],
      core: { uuid, main_id: 'LAB-AGING-4F19C2', retries: '3', low_spare: '10' },
    });
    expect(state && parseStatus(state.rest)).toMatchObject({
      mode: 'rw',
      spareUsed: 3,
      spareTotal: 15_472,
      pending: 1,
      manual: 3,
      readErrors: 1,
      metadataGood: 2,
      scanState: 'idle',
      lastEvent: 5,
    });
    expect(parseInfo(fixture('remap-info.txt'))).toEqual([
      { name: 'disk', devno: '253:0', openCount: 0, eventNumber: 3, suspended: false, uuid: `DMREMAP-${uuid}` },
    ]);
  });

  it('answers with its moved and pending blocks, in pages', () => {
    expect(parseRemaps(fixture('remap-remaps.txt'))).toMatchObject({
      rows: [
        { block: 5, spareBlock: 453, state: 'mapped', cause: 'manual', residency: 'ff' },
        { block: 6, spareBlock: 454 },
        { block: 7, spareBlock: 455 },
        { block: 125, spareBlock: null, state: 'pending', cause: null, residency: '0' },
      ],
      next: null,
    });
    expect(parseRemaps(fixture('remap-remaps-page.txt'))).toMatchObject({ rows: [{ block: 5 }], next: 6 });
  });

  it('answers with its events and its health', () => {
    const { rows, next } = parseEvents(fixture('remap-events.txt'));
    expect(rows.map(({ number, type, block, detail }) => [number, type, block, detail])).toEqual([
      [1, 'activate', null, null],
      [2, 'remap', 5, 'manual'],
      [3, 'remap', 6, 'manual'],
      [4, 'remap', 7, 'manual'],
      [5, 'pending', 125, null],
    ]);
    expect(next).toBeNull();
    expect(parseHealth(fixture('remap-health.txt'))).toMatchObject([{ cell: 0, mapped: 3, pending: 1 }]);
  });
});
