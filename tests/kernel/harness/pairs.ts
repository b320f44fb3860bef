import type { FaultHit, FaultId, LabDisk, SectorRange } from '../../../lab/index.ts';
import { tableLine, type Target } from './target.ts';
import type { Fixture } from './fixture.ts';
import type { Pair } from './pair.ts';
import { UNIT_SECTORS, type SpareLayout } from './spare-format.ts';
import type { SpareImage } from './spare-image.ts';

/** Activates a pair from its metadata, under a new name. */
export async function reopen(fixture: Fixture, pair: Pair): Promise<Target> {
  const target = fixture.target();
  await target.create(tableLine(pair.table));
  return target;
}

/** Every block from `first` on fails each write from now on, whatever is written. */
export function failWrites(pair: Pair, first: number, count = 1): FaultId {
  const { main, blockSectors } = pair;
  const range = { first: first * blockSectors, count: count * blockSectors };
  return main.faults.add({ kind: 'medium', operations: ['write'], ranges: [range] });
}

/** Every block from `first` on fails each read from now on; writing does not mend it. */
export function failReads(pair: Pair, first: number, count = 1): FaultId {
  const { main, blockSectors } = pair;
  const range = { first: first * blockSectors, count: count * blockSectors };
  return main.faults.add({ kind: 'medium', operations: ['read'], healOnWrite: false, ranges: [range] });
}

/** Until a disk meets a fault, of a kind or any, after this call. */
export function firstHit({ faults }: LabDisk, kind?: FaultHit['kind']): Promise<void> {
  return new Promise((resolve) => {
    const stop = faults.onHit((hit) => {
      if (kind !== undefined && hit.kind !== kind) return;
      stop();
      resolve();
    });
  });
}

/** Units of the spare that are tried for a table unit of a copy that has to move. */
const MOVE_TRIES = 3;

/** Every write to the places that a table unit of a copy would be moved to first fails, so that none is moved. */
export function failMoves({ spare }: Pick<Pair, 'spare'>, { layout }: SpareImage, copy: 0 | 1): FaultId {
  return spare.faults.add({ kind: 'medium', operations: ['write'], ranges: [firstMoves(layout, copy)] });
}

function firstMoves(layout: SpareLayout, copy: 0 | 1): SectorRange {
  const end = copy === 0 ? layout.copies[1] : Math.floor(layout.spareSectors / UNIT_SECTORS);
  return { first: (end - MOVE_TRIES) * UNIT_SECTORS, count: MOVE_TRIES * UNIT_SECTORS };
}

/** Every write of metadata fails, wherever it may go; spare blocks can be written. */
export function failMetadata({ spare }: Pair, { layout }: SpareImage): FaultId {
  const ranges = [
    ...layout.places.map((place) => ({ first: place * UNIT_SECTORS, count: UNIT_SECTORS })),
    ...layout.copies.map((copy) => ({ first: copy * UNIT_SECTORS, count: layout.areaUnits * UNIT_SECTORS })),
    ...([0, 1] as const).map((copy) => firstMoves(layout, copy)),
  ];
  return spare.faults.add({ kind: 'medium', operations: ['write'], ranges });
}

/** A bad block of main. */
export interface BadBlock {
  readonly block: number;
  readonly fault: FaultId;
}

/** Makes one of the first `blocks` blocks of main bad for writes, for reads, or for both. */
export function addFault(pair: Pair, random: () => number, blocks: number): BadBlock {
  const block = Math.floor(random() * blocks);
  const kind = random();
  if (kind < 0.6) return { block, fault: failWrites(pair, block) };
  if (kind < 0.8) return { block, fault: failReads(pair, block) };
  const range = { first: block * pair.blockSectors, count: pair.blockSectors };
  return { block, fault: pair.main.faults.add({ kind: 'medium', ranges: [range] }) };
}
