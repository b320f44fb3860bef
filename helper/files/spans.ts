import type { BlockOwner, FileRange } from '../../app/domain/files.ts';

/** Sectors of a device. */
export interface Span {
  readonly first: number;
  readonly count: number;
}

/** Sectors of a device and the sector of the pair at which they begin. */
export interface Piece extends Span {
  readonly pairFirst: number;
}

/** What lies there. */
export type Owner = Pick<BlockOwner, 'kind' | 'inode' | 'paths' | 'morePaths' | 'what'>;
export type OwnedSpan = Span & Owner;

/** An owner of which no file is known. */
export function nameless(kind: BlockOwner['kind'], what: string | null, inode: number | null = null): Owner {
  return { kind, inode, paths: [], morePaths: false, what };
}

/** The part of a span that another one overlaps; null when there is none. */
export function overlap(one: Span, other: Span): Span | null {
  const first = Math.max(one.first, other.first);
  const end = Math.min(one.first + one.count, other.first + other.count);
  return end > first ? { first, count: end - first } : null;
}

/** The parts of a span that none of `covers` overlaps, ascending. */
export function uncovered(span: Span, covers: readonly Span[]): Span[] {
  return covers.reduce<Span[]>(
    (left, cover) =>
      left.flatMap((one) => {
        const part = overlap(one, cover);
        if (part === null) return [one];
        const end = part.first + part.count;
        const before = { first: one.first, count: part.first - one.first };
        const after = { first: end, count: one.first + one.count - end };
        return [before, after].filter(({ count }) => count > 0);
      }),
    [span],
  );
}

/** Numbers of the units of `unitSectors` that the spans touch, ascending, each once. */
export function unitsOf(spans: readonly Span[], unitSectors: number): number[] {
  const units = new Set<number>();
  for (const { first, count } of spans) {
    const end = Math.ceil((first + count) / unitSectors);
    for (let unit = Math.floor(first / unitSectors); unit < end; unit += 1) units.add(unit);
  }
  return [...units].sort((a, b) => a - b);
}

/** Numbers that follow one another, as runs. `units` are ascending. */
export function runsOf(units: readonly number[]): Span[] {
  const runs: { first: number; count: number }[] = [];
  for (const unit of units) {
    const last = runs.at(-1);
    if (last !== undefined && last.first + last.count === unit) last.count += 1;
    else runs.push({ first: unit, count: 1 });
  }
  return runs;
}

/** Units of a file system as sectors of its device. */
export function sectorsOf(run: Span, unitSectors: number): Span {
  return { first: run.first * unitSectors, count: run.count * unitSectors };
}

/**
 * What lies on the pieces of one place, as rows of blocks of the pair: each owner's neighbouring blocks are one row. What
 * nothing was told of is unknown: a block that is left out would look like one without a file.
 */
export function rowsOf(
  pieces: readonly Piece[],
  owned: readonly OwnedSpan[],
  blockSectors: number,
  place: number | null,
): BlockOwner[] {
  const byOwner = new Map<string, { owner: Owner; spans: Span[] }>();
  const untold = pieces.flatMap((piece) =>
    uncovered(piece, owned).map((span): OwnedSpan => ({
      ...span,
      ...nameless('unknown', 'the file system does not tell'),
    })),
  );
  for (const { first, count, ...owner } of [...owned, ...untold]) {
    const key = JSON.stringify(owner);
    const found = byOwner.get(key) ?? { owner, spans: [] };
    byOwner.set(key, found);
    for (const piece of pieces) {
      const part = overlap(piece, { first, count });
      if (part !== null) found.spans.push({ first: part.first - piece.first + piece.pairFirst, count: part.count });
    }
  }
  const rows = [...byOwner.values()].flatMap(({ owner, spans }) =>
    runsOf(unitsOf(spans, blockSectors)).map((run): BlockOwner => ({
      firstBlock: run.first,
      blockCount: run.count,
      ...owner,
      place,
    })),
  );
  return rows.sort((a, b) => a.firstBlock - b.firstBlock);
}

/** Blocks of a pair as its sectors; the last block may be cut off by the pair's end. */
export function piecesOf(ranges: readonly FileRange[], blockSectors: number, lengthSectors: number): Piece[] {
  return ranges.map(({ firstBlock, blockCount }) => {
    const first = firstBlock * blockSectors;
    return {
      first,
      count: Math.min((firstBlock + blockCount) * blockSectors, lengthSectors) - first,
      pairFirst: first,
    };
  });
}
