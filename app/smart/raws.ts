import type { SmartAttribute } from '../domain/smart.ts';
import type { SmartctlAttribute, SmartctlOutput } from './smartctl.ts';

/** Attributes whose raw value is no count of events in any drive: rates, times and temperatures. */
const notCounts: ReadonlySet<number> = new Set([1, 3, 7, 8, 9, 13, 190, 194, 195, 204, 231, 240]);
/** Rates that Seagate packs: the low 32 bits are operations, those above them errors. */
const seagateRates: ReadonlySet<number> = new Set([1, 7, 195]);
/** What drives write that keep no such count: all bits of 32 or 48 set. */
const notKept: ReadonlySet<number> = new Set([0xffff_ffff, 0xffff_ffff_ffff]);
const COMMAND_TIMEOUT = 188;

/** Whether the raw values follow Seagate's habits. Samsung's hard disks were sold under Seagate's names and do not. */
export function isSeagate({ model_name, model_family }: Pick<SmartctlOutput, 'model_name' | 'model_family'>): boolean {
  return /^(seagate|maxtor)/i.test(model_family ?? '') || /^(seagate|maxtor|ST\d)/i.test(model_name ?? '');
}

/** What a raw value counts, null where that is not certain: a packed value is never taken for a count. */
export function decodeRaw(
  { id, raw }: Pick<SmartctlAttribute, 'id' | 'raw'>,
  seagate: boolean,
): Pick<SmartAttribute, 'count' | 'decoded'> {
  if (id === COMMAND_TIMEOUT) return decodeTimeouts(raw.value);
  if (seagate && seagateRates.has(id) && Number.isSafeInteger(raw.value)) return decodeRate(raw.value);
  if (notCounts.has(id) || notKept.has(raw.value)) return { count: null, decoded: null };
  // smartctl knows which drives keep more than the count in the value, and writes that behind the count.
  const leading = /^(\d{1,15})(?: \([\d ]+\))?$/.exec(raw.string)?.[1];
  const count = leading === undefined ? null : Number(leading);
  return { count: count !== null && notKept.has(count) ? null : count, decoded: null };
}

/** Three counters of 16 bits on Seagate's drives: all, over 5 s, over 7.5 s; others count in the low one. */
function decodeTimeouts(value: number): Pick<SmartAttribute, 'count' | 'decoded'> {
  if (!Number.isSafeInteger(value) || notKept.has(value)) return { count: null, decoded: null };
  if (value <= 0xffff) return { count: value, decoded: null };
  const [all, over5, over7] = [0, 1, 2].map((word) => Math.floor(value / 0x1_0000 ** word) % 0x1_0000);
  return { count: all ?? null, decoded: `${all} in all, ${over5} over 5 s, ${over7} over 7.5 s` };
}

function decodeRate(value: number): Pick<SmartAttribute, 'count' | 'decoded'> {
  const errors = Math.floor(value / 0x1_0000_0000);
  const operations = value % 0x1_0000_0000;
  return { count: null, decoded: `${errors} errors in ${operations} operations` };
}
