import type { Content } from '../../app/domain/block-device.ts';
import { probeContents, type FoundContent } from '../contents.ts';
import { listMounts } from '../mounts.ts';
import type { Mount } from '../parse/proc.ts';
import { parseSegment, type SegmentLine } from '../parse/table.ts';
import { readTextOrNull } from '../read-text.ts';
import { friendlyName, readSysBlock } from '../sysfs.ts';
import { contentWords } from '../words.ts';
import type { RunTool } from './question.ts';
import { overlap, uncovered, type Piece, type Span } from './spans.ts';

/** A device that may lie over another one. */
export interface Layer {
  readonly devno: string;
  /** Opens it; never a name that somebody chose. */
  readonly path: string;
  /** What people call it. */
  readonly device: string;
}

export type Segment = Omit<SegmentLine, 'name'>;

/** What is looked at to find file systems. */
export interface Look {
  readonly content: (path: string) => Promise<FoundContent>;
  readonly holders: (devno: string) => readonly Layer[];
  /** The table of a mapping; none where the layer is no mapping. */
  readonly segments: (layer: Layer) => Promise<readonly Segment[]>;
}

/** A place with a file system, or the last one before it cannot be seen further. */
export interface Place {
  readonly layer: Layer;
  readonly content: FoundContent;
  readonly pieces: readonly Piece[];
  /** Why there is no file system here to ask; null where there is one. */
  readonly dead: { readonly sentence: string; readonly remedy: string } | null;
}

/** Layers over a pair at most: a partition, a volume on it, and more than anybody has. */
const MOST_LAYERS = 6;

/**
 * Finds what lies on pieces of a device: a file system directly on it, or on mappings over it that are made of linear
 * segments, as kpartx and LVM make them. What is not seen through (RAID, encryption) is told as a place that is dead.
 */
export async function findPlaces(look: Look, layer: Layer, pieces: readonly Piece[], depth = 0): Promise<Place[]> {
  const content = await look.content(layer.path);
  if (content !== null && content !== 'unreadable' && content.usage === 'filesystem') {
    return [{ layer, content, pieces, dead: null }];
  }
  const holders = look.holders(layer.devno);
  const found: Place[] = [];
  let rest = pieces;
  const opaque: string[] = [];
  for (const holder of depth < MOST_LAYERS ? holders : []) {
    const segments = await look.segments(holder);
    if (segments.length === 0 || segments.some(({ type }) => type !== 'linear')) {
      opaque.push(holder.device);
      continue;
    }
    const mine = segments.flatMap((segment) => mapped(segment, layer.devno));
    const inside = mine.flatMap(({ below, above }) => through(rest, below, above));
    rest = mine.reduce((left, { below }) => outside(left, below), rest);
    if (inside.length > 0) found.push(...(await findPlaces(look, holder, inside, depth + 1)));
  }
  if (rest.length > 0) found.push({ layer, content, pieces: rest, dead: deadEnd(layer, content, opaque, holders) });
  return found;
}

/** Where a linear segment lies on the device below and begins on the mapping; none when it lies on another device. */
function mapped(segment: Segment, devno: string): { below: Span; above: number }[] {
  const fit = /^(\d+:\d+) (\d{1,16})$/.exec(segment.rest);
  if (fit?.[1] !== devno) return [];
  return [{ below: { first: Number(fit[2]), count: segment.lengthSectors }, above: segment.startSectors }];
}

/** The parts of `pieces` within `below`, as pieces of the mapping whose sector `above` lies at its start. */
function through(pieces: readonly Piece[], below: Span, above: number): Piece[] {
  return pieces.flatMap((piece) => {
    const part = overlap(piece, below);
    if (part === null) return [];
    const pairFirst = piece.pairFirst + part.first - piece.first;
    return [{ first: part.first - below.first + above, count: part.count, pairFirst }];
  });
}

/** The parts of `pieces` that are not within `cut`. */
function outside(pieces: readonly Piece[], cut: Span): Piece[] {
  return pieces.flatMap((piece) =>
    uncovered(piece, [cut]).map((part) => ({ ...part, pairFirst: piece.pairFirst + part.first - piece.first })),
  );
}

function deadEnd(
  { device }: Layer,
  content: FoundContent,
  opaque: readonly string[],
  holders: readonly Layer[],
): NonNullable<Place['dead']> {
  const [over] = opaque;
  if (over !== undefined) {
    return {
      sentence: `${over} lies over ${device} and cannot be seen through: only partitions and plain volumes can.`,
      remedy: 'The tools of what made it (cryptsetup, mdadm) may tell where its blocks lie.',
    };
  }
  if (content === 'unreadable') {
    return {
      sentence: `What lies on ${device} cannot be told: its first blocks cannot be read.`,
      remedy: 'Copy the data off; a check of the file system may bring the start of it back.',
    };
  }
  if (content?.usage === 'partition-table' || content?.usage === 'raid') {
    if (holders.length > 0) {
      return {
        sentence: `These blocks of ${device} are in none of the partitions or volumes that are in use.`,
        remedy: 'They hold the tables of partitions or volumes, or nothing. Put partitions that are missing in use.',
      };
    }
    return {
      sentence: `${device} holds ${contentWords(content)}, and nothing of it is in use.`,
      remedy: `Put its partitions (kpartx -a ${device}) or volumes (vgchange -ay) in use, then ask again.`,
    };
  }
  return {
    sentence: `${device} holds no file system: what is there is ${wordsFor(content)}.`,
    remedy: 'Only file systems have files. What else is there is known to the program that wrote it.',
  };
}

function wordsFor(content: Content | null): string {
  return content === null ? 'nothing that is known' : contentWords(content);
}

/** Looks at this machine. */
export function lookHere(run: RunTool): Look {
  return {
    content: async (path) => (await probeContents([path])).get(path) ?? null,
    holders: (devno) =>
      (readSysBlock(devno)?.holders ?? []).flatMap((kernelName) => {
        const number = readTextOrNull(`/sys/class/block/${kernelName}/dev`)?.trim();
        if (number === undefined) return [];
        const name = friendlyName(kernelName);
        const device = name === kernelName ? `/dev/${name}` : `/dev/mapper/${name}`;
        return [{ devno: number, path: `/dev/${kernelName}`, device }];
      }),
    segments: async ({ devno, path }) => {
      if (!/^\/dev\/dm-\d+$/.test(path)) return [];
      const [major = '', minor = ''] = devno.split(':');
      const { stdout } = await run('dmsetup', ['table', '-j', major, '-m', minor]);
      return stdout
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map(parseSegment);
    },
  };
}

/** Where a device is mounted now; mounts of all of the file system first. */
export async function mountsOf(devno: string): Promise<Mount[]> {
  // Nothing is asked of a folder whose files an ordinary user's program makes up.
  const mounts = await listMounts({ isOpen: () => Promise.resolve(false) });
  const mine = mounts.filter((mount) => mount.devno === devno);
  return [...mine.filter(({ root }) => root === '/'), ...mine.filter(({ root }) => root !== '/')];
}
