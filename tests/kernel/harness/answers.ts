/**
 * A second reading of the target's answers, written from the interface's description alone and stricter than the
 * application's: single spaces, plain decimal numbers, nothing missing and nothing more than is described.
 */

const NUMBER = /^(?:0|[1-9][0-9]*)$/;

function numberIn(word: string | undefined, what: string): number {
  if (word === undefined || !NUMBER.test(word)) throw new Error(`${what} is not a number: ${String(word)}`);
  return Number(word);
}

function oneOf<T extends string>(word: string | undefined, values: readonly T[], what: string): T {
  const found = values.find((value) => value === word);
  if (found === undefined) throw new Error(`${what} is not one of ${values.join(', ')}: ${String(word)}`);
  return found;
}

function numberOrNone(word: string | undefined, what: string): number | null {
  return word === '-' ? null : numberIn(word, what);
}

const MODES = ['rw', 'spent', 'halted', 'ro', 'fail'] as const;
const SCAN_STATES = ['idle', 'running', 'paused', 'off'] as const;
const CAUSES = ['auto', 'manual', 'proactive', '-'] as const;

export const EVENT_TYPES = [
  'remap',
  'unmap',
  'pending',
  'recovered',
  'soft',
  'slow',
  'spare_bad',
  'low_spare',
  'spent',
  'halted',
  'continued',
  'metadata_repaired',
  'metadata_failed',
  'scan_start',
  'scan_end',
  'set',
  'activate',
  'deactivate',
] as const;

export interface Status {
  readonly mode: (typeof MODES)[number];
  readonly blockSectors: number;
  readonly spareUsed: number;
  readonly spareTotal: number;
  readonly spareBad: number;
  readonly pending: number;
  readonly partial: number;
  readonly auto: number;
  readonly manual: number;
  readonly proactive: number;
  readonly readErrors: number;
  readonly writeErrors: number;
  readonly softErrors: number;
  readonly slowReads: number;
  readonly copiesGood: number;
  readonly copies: number;
  readonly scanState: (typeof SCAN_STATES)[number];
  readonly scanBlock: number;
  readonly scanPasses: number;
  readonly risk: number;
  readonly confidence: number;
  readonly lastEvent: number;
}

/** Reads the line of `dmsetup status`, with the start and length that dmsetup puts before it. */
export function parseStatus(line: string): Status & { readonly start: number; readonly length: number } {
  const words = line.split(' ');
  if (words.length !== 24) throw new Error(`a status has 21 fields after the target's name: ${line}`);
  if (words[2] !== 'remap') throw new Error(`not a status of the target remap: ${line}`);
  const at = (index: number, what: string): number => numberIn(words[index], what);
  const copies = (words[17] ?? '').split('/');
  if (copies.length !== 2) throw new Error(`the metadata copies are not <good>/<copies>: ${line}`);
  const status = {
    start: at(0, 'start'),
    length: at(1, 'length'),
    mode: oneOf(words[3], MODES, 'mode'),
    blockSectors: at(4, 'block sectors'),
    spareUsed: at(5, 'spare used'),
    spareTotal: at(6, 'spare total'),
    spareBad: at(7, 'spare bad'),
    pending: at(8, 'pending'),
    partial: at(9, 'partial'),
    auto: at(10, 'auto'),
    manual: at(11, 'manual'),
    proactive: at(12, 'proactive'),
    readErrors: at(13, 'read errors'),
    writeErrors: at(14, 'write errors'),
    softErrors: at(15, 'soft errors'),
    slowReads: at(16, 'slow reads'),
    copiesGood: numberIn(copies[0], 'metadata copies good'),
    copies: numberIn(copies[1], 'metadata copies'),
    scanState: oneOf(words[18], SCAN_STATES, 'scan state'),
    scanBlock: at(19, 'scan block'),
    scanPasses: at(20, 'scan passes'),
    risk: at(21, 'risk'),
    confidence: at(22, 'confidence'),
    lastEvent: at(23, 'last event'),
  };
  for (const [name, value] of [
    ['risk', status.risk],
    ['confidence', status.confidence],
  ] as const) {
    if (value > 100) throw new Error(`${name} is above 100: ${line}`);
  }
  return status;
}

export interface RemapRow {
  readonly block: number;
  readonly spareBlock: number | null;
  readonly state: 'mapped' | 'pending';
  readonly cause: (typeof CAUSES)[number];
  /** Bit n: sector n of the block lives on the spare. */
  readonly residency: bigint;
  /** Unix time. */
  readonly seconds: number;
}

export interface EventRow {
  readonly number: number;
  /** Unix time. */
  readonly milliseconds: number;
  readonly type: (typeof EVENT_TYPES)[number];
  readonly block: number | null;
  readonly spareBlock: number | null;
  readonly detail: string | null;
}

export interface HealthRow {
  readonly cell: number;
  readonly scanned: number;
  readonly mapped: number;
  readonly pending: number;
  readonly soft: number;
  readonly slow: number;
  /** Microseconds. */
  readonly averageLatency: number;
  /** Microseconds. */
  readonly worstLatency: number;
  readonly risk: number;
  readonly confidence: number;
}

/** A page of an answer. `next` is what to ask for next, or null at the end. */
export interface Page<T> {
  readonly rows: readonly T[];
  readonly next: number | null;
}

function parsePage<T>(text: string, parseRow: (words: readonly string[], line: string) => T): Page<T> {
  const lines = text.replace(/\n$/, '').split('\n');
  const last = lines.pop() ?? '';
  const next = last === 'end' ? null : numberIn(/^next (\S+)$/.exec(last)?.[1], `the last line "${last}"`);
  return { rows: lines.map((line) => parseRow(line.split(' '), line)), next };
}

function ascending<T>(page: Page<T>, key: (row: T) => number): Page<T> {
  page.rows.forEach((row, index) => {
    const before = page.rows[index - 1];
    if (before !== undefined && key(before) >= key(row)) throw new Error(`not ascending at ${String(key(row))}`);
  });
  return page;
}

export function parseRemaps(text: string): Page<RemapRow> {
  const page = parsePage(text, (words, line): RemapRow => {
    if (words.length !== 6) throw new Error(`a line of remaps has 6 fields: ${line}`);
    const mask = words[4] ?? '';
    if (!/^[0-9a-f]+$/.test(mask)) throw new Error(`the residency is not hexadecimal: ${line}`);
    return {
      block: numberIn(words[0], 'block'),
      spareBlock: numberOrNone(words[1], 'spare block'),
      state: oneOf(words[2], ['mapped', 'pending'] as const, 'state'),
      cause: oneOf(words[3], CAUSES, 'cause'),
      residency: BigInt(`0x${mask}`),
      seconds: numberIn(words[5], 'seconds'),
    };
  });
  return ascending(page, (row) => row.block);
}

export function parseEvents(text: string): Page<EventRow> {
  const page = parsePage(text, (words, line): EventRow => {
    if (words.length < 6) throw new Error(`a line of events has 6 fields: ${line}`);
    const detail = words.slice(5).join(' ');
    return {
      number: numberIn(words[0], 'number'),
      milliseconds: numberIn(words[1], 'milliseconds'),
      type: oneOf(words[2], EVENT_TYPES, 'type'),
      block: numberOrNone(words[3], 'block'),
      spareBlock: numberOrNone(words[4], 'spare block'),
      detail: detail === '-' ? null : detail,
    };
  });
  return ascending(page, (row) => row.number);
}

export function parseHealth(text: string): readonly HealthRow[] {
  const page = parsePage(text, (words, line): HealthRow => {
    if (words.length !== 10) throw new Error(`a line of health has 10 fields: ${line}`);
    const [cell, scanned, mapped, pending, soft, slow, averageLatency, worstLatency, risk, confidence] = words.map(
      (word, index) => numberIn(word, `field ${String(index)} of health`),
    );
    return {
      cell: cell ?? 0,
      scanned: scanned ?? 0,
      mapped: mapped ?? 0,
      pending: pending ?? 0,
      soft: soft ?? 0,
      slow: slow ?? 0,
      averageLatency: averageLatency ?? 0,
      worstLatency: worstLatency ?? 0,
      risk: risk ?? 0,
      confidence: confidence ?? 0,
    };
  });
  if (page.next !== null) throw new Error('health ends with the line "end"');
  return ascending(page, (row) => row.cell).rows;
}
