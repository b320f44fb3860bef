import { isInArea, superblockPlaces, UNIT_BYTES, UNIT_SECTORS } from '../layout.ts';
import { faultWords, type Findings } from './findings.ts';
import type { UnitSource } from './source.ts';
import { decodeFullSuperblock, type DecodedSuperblock, type FullSuperblock } from './superblock.ts';
import { withoutMissed } from './missed.ts';
import { HEADER_BYTES, renewed, withIndex } from './unit.ts';

/** A superblock that stands at place n beside the copies has the index n more than this. */
const FIRST_WITNESS = 8;

/** A unit that should stand at `unit` in place of what is there. */
export interface UnitWrite {
  readonly unit: number;
  readonly bytes: Uint8Array;
  readonly sentence: string;
}

interface Place {
  /** Number of the unit on the spare. */
  readonly at: number;
  readonly bytes: Uint8Array | null;
  readonly decoded: DecodedSuperblock;
}

type ValidPlace = Place & { readonly bytes: Uint8Array; readonly superblock: FullSuperblock };

export interface FoundSuperblock {
  readonly superblock: FullSuperblock;
  readonly writes: readonly UnitWrite[];
}

/**
 * Looks at every place of a superblock, tells what is wrong with them, and gives the one that holds; null when none can
 * be relied on. A place of the size that the spare had when it was formatted counts as one of the size it has now.
 */
export async function findSuperblock(source: UnitSource, findings: Findings): Promise<FoundSuperblock | null> {
  const places = new Map<number, Place>();
  await look(source, source.sizeSectors, places);
  for (const { superblock } of validOf(places)) {
    if (superblock.layout.spareSectors <= source.sizeSectors) {
      await look(source, superblock.layout.spareSectors, places);
    }
  }
  const valid = validOf(places);
  const best = valid.reduce<ValidPlace | null>((a, b) => (a === null || sequenceOf(b) > sequenceOf(a) ? b : a), null);
  for (const { at, decoded } of places.values()) {
    if (decoded.kind !== 'newer') continue;
    const sentence = `the superblock there needs a newer version of this program (${decoded.detail})`;
    findings.add('fatal', { part: 'superblock', code: 'newer', sentence }, { at });
  }
  if (best === null) {
    tellNone(places, findings);
    return null;
  }
  const { layout } = best.superblock;
  if (layout.spareSectors > source.sizeSectors) {
    const sentence = `it has ${source.sizeSectors} sectors, but had ${layout.spareSectors} when it was formatted: its end is missing`;
    findings.add('fatal', { part: 'spare', code: 'truncated', sentence });
    return null;
  }
  for (const place of valid) holdAgainst(best, place, findings);
  const mended = layout.copies.flatMap((at, copy) => mendCopy(best, places.get(at), at, copy, findings));
  mended.push(...valid.flatMap((place) => mendWitness(best, place, findings)));
  const writes = best.superblock.missed.length === 0 ? mended : renewAll(best, valid, findings);
  tellRest(best, places, findings);
  return { superblock: best.superblock, writes };
}

async function look(source: UnitSource, spareSectors: number, places: Map<number, Place>): Promise<void> {
  for (const at of superblockPlaces(spareSectors).map((offset) => offset / UNIT_BYTES)) {
    if (places.has(at)) continue;
    const bytes = await source.read(at);
    places.set(at, { at, bytes, decoded: decodeFullSuperblock(bytes) });
  }
}

function validOf(places: ReadonlyMap<number, Place>): ValidPlace[] {
  return [...places.values()].flatMap((place) =>
    place.decoded.kind === 'valid' && place.bytes !== null
      ? [{ ...place, bytes: place.bytes, superblock: place.decoded.superblock }]
      : [],
  );
}

function sequenceOf({ superblock }: ValidPlace): bigint {
  return superblock.header.sequence;
}

function tellNone(places: ReadonlyMap<number, Place>, findings: Findings): void {
  const all = [...places.values()];
  const faults = all.map(({ decoded }) => (decoded.kind === 'invalid' ? decoded.fault : decoded.kind));
  for (const [index, place] of all.entries()) {
    const { decoded, at } = place;
    if (decoded.kind === 'contradictory') tellNumbers('fatal', place, decoded.detail, findings);
    else if (decoded.kind === 'invalid' && ['checksum', 'unreadable'].includes(decoded.fault)) {
      const sentence = `place ${index} of a superblock ${faultWords(decoded.fault)}`;
      findings.add('fatal', { part: 'superblock', code: decoded.fault, sentence }, { at });
    }
  }
  const sentence = faults.every((fault) => fault === 'blank' || fault === 'magic')
    ? 'there is no superblock on it: this is no spare, or it was erased'
    : 'no copy of the superblock is whole';
  findings.add('fatal', { part: 'superblock', code: 'no-superblock', sentence });
}

function tellNumbers(level: 'fatal' | 'damage', { at }: Place, field: string, findings: Findings): void {
  const sentence = `the superblock there is whole, but its ${field} cannot be`;
  findings.add(level, { part: 'superblock', code: 'numbers', sentence }, { at });
}

/** Tells what about a whole superblock contradicts the best one. */
function holdAgainst(best: ValidPlace, place: ValidPlace, findings: Findings): void {
  const { at, superblock } = place;
  const { uuid, index } = superblock.header;
  const copy = best.superblock.layout.copies.indexOf(at);
  const belongs = copy === -1 ? witnessIndex(best, at) : copy;
  if (uuid !== best.superblock.header.uuid) {
    const sentence = `a superblock of another pair, ${uuid}, stands there beside that of ${best.superblock.header.uuid}`;
    findings.add('fatal', { part: 'superblock', code: 'uuid', sentence }, { at });
  } else if (belongs === null || index !== BigInt(belongs)) {
    const sentence = `the superblock there says that it is number ${index}, which belongs elsewhere`;
    findings.add('fatal', { part: 'superblock', code: 'misplaced', sentence }, { at });
  } else if (place !== best && sequenceOf(place) === sequenceOf(best) && !sameBody(place.bytes, best.bytes)) {
    const sentence = 'two copies of the superblock are whole and of the same age, but differ';
    const where = copy === -1 ? { at } : { copy, at };
    findings.add('fatal', { part: 'superblock', code: 'contradiction', sentence }, where);
  }
}

function sameBody(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a.subarray(HEADER_BYTES), b.subarray(HEADER_BYTES)) === 0;
}

/** Tells what is wrong with one copy, and what should stand there instead. */
function mendCopy(
  best: ValidPlace,
  place: Place | undefined,
  at: number,
  copy: number,
  findings: Findings,
): readonly UnitWrite[] {
  if (place === undefined || place.decoded.kind === 'newer') return [];
  const { decoded } = place;
  const where = { copy, unit: copy, at };
  if (decoded.kind === 'valid') {
    if (decoded.superblock.header.sequence === sequenceOf(best) || decoded.superblock.header.uuid !== uuidOf(best)) {
      return [];
    }
    const sentence = `copy ${copy} of the superblock ${faultWords('stale')}`;
    findings.add('damage', { part: 'superblock', code: 'stale', sentence }, where);
  } else if (decoded.kind === 'contradictory') {
    // One that is newer than the best says something that nobody understands; the best would be an old state.
    const newer = decoded.header.sequence >= sequenceOf(best) || decoded.header.uuid !== uuidOf(best);
    tellNumbers(newer ? 'fatal' : 'damage', place, decoded.detail, findings);
  } else {
    const sentence = `copy ${copy} of the superblock ${faultWords(decoded.fault)}`;
    findings.add('damage', { part: 'superblock', code: decoded.fault, sentence }, where);
  }
  const sentence = `copy ${copy} of the superblock from the other copy`;
  return [{ unit: at, bytes: withIndex(best.bytes, copy), sentence }];
}

/** The index of the superblock that may stand at a place where no copy stands; null where none may. */
function witnessIndex({ superblock: { layout } }: ValidPlace, at: number): number | null {
  const place = layout.places.indexOf(at);
  return place === -1 || isInArea(layout, at) ? null : FIRST_WITNESS + place;
}

/** A witness is written together with the copies; one that is older would speak when both of those are lost. */
function mendWitness(best: ValidPlace, place: ValidPlace, findings: Findings): readonly UnitWrite[] {
  const index = witnessIndex(best, place.at);
  const { header } = place.superblock;
  if (index === null || header.index !== BigInt(index) || header.uuid !== uuidOf(best)) return [];
  if (header.sequence === sequenceOf(best)) return [];
  const sentence = `the further superblock at place ${index - FIRST_WITNESS} ${faultWords('stale')}`;
  findings.add('damage', { part: 'superblock', code: 'stale', sentence }, { at: place.at });
  const write = `the further superblock at place ${index - FIRST_WITNESS} from a copy`;
  return [{ unit: place.at, bytes: withIndex(best.bytes, index), sentence: write }];
}

/** Every superblock anew, listing no missed writes: true once the table's copies are alike, which are written before. */
function renewAll(best: ValidPlace, valid: readonly ValidPlace[], findings: Findings): UnitWrite[] {
  const { layout, missed } = best.superblock;
  for (const copy of new Set(missed.map((one) => one.copy))) {
    const sentence = `copy ${copy} of the table ${faultWords('missed')}: only the other one can be relied on`;
    findings.add('damage', { part: 'superblock', code: 'missed', sentence }, { copy });
  }
  const bytes = withoutMissed(best.bytes);
  const indices = new Map<number, number>(layout.copies.map((at, copy) => [at, copy]));
  for (const { at } of valid) {
    const index = witnessIndex(best, at);
    if (index !== null) indices.set(at, index);
  }
  return [...indices].map(([unit, index]) => ({
    unit,
    bytes: renewed(bytes, index),
    sentence: `the superblock at sector ${unit * UNIT_SECTORS}, with no missed writes`,
  }));
}

function uuidOf({ superblock }: ValidPlace): string {
  return superblock.header.uuid;
}

/** What is at the places of no copy does no harm unless it is a superblock. */
function tellRest(best: ValidPlace, places: ReadonlyMap<number, Place>, findings: Findings): void {
  const { layout, compat, roCompat } = best.superblock;
  for (const place of places.values()) {
    const { at, decoded } = place;
    if (layout.copies.includes(at)) continue;
    if (decoded.kind === 'contradictory') tellNumbers('fatal', place, decoded.detail, findings);
    if (decoded.kind === 'invalid' && decoded.fault === 'checksum') {
      const sentence = 'a damaged superblock stands where none belongs';
      findings.add('note', { part: 'superblock', code: 'misplaced', sentence }, { at });
    }
  }
  for (const [features, sentence] of [
    [compat, 'it has features that this program does not know and may ignore'],
    [roCompat, 'it has features that a writer must know and this program does not: it will not repair it'],
  ] as const) {
    if (features !== 0n) findings.add('note', { part: 'superblock', code: 'newer', sentence });
  }
}
