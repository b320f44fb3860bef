import * as z from 'zod';

import type { Finding } from '../../app/cli/spare.ts';
import { checkSpare } from '../../helper/spare/check.ts';
import type { Entry } from '../../helper/spare/entries.ts';
import { movedOf } from '../../helper/spare/moved.ts';
import { parseImage, sourceOf } from './compact.ts';

/** What the reader adds when several entries were superseded by moves. */
export const SEVERAL_MOVED = 'several moved';
/** What it adds when the superblock has sequence 0. */
export const NO_SEQUENCE = 'no sequence';

const causes = { auto: 1, manual: 2, proactive: 3 } as const;

/** What a reader says of a spare: the line of JSON that the module's side prints (`harness/print.c`). */
const said = z.strictObject({
  accepted: z.boolean(),
  /** Why it was refused: the module's message, or the reader's findings; a remark of the reader's when it was not. */
  why: z.string(),
  /** Superblock and layout, in the order of `print_super()`; of a refused spare only from the reader. */
  spare: z.string().optional(),
  /** Units of the table that stand elsewhere: copy, unit and where on the spare, ascending. */
  moved: z.string().optional(),
  /** Each spare block that is not free: number, main block, mask, lost, seconds, cause; or number and `bad`. */
  mapping: z.array(z.string()).optional(),
});
export type Said = z.infer<typeof said>;

export function parseSaid(line: string): Said {
  return said.parse(JSON.parse(line));
}

function entryText(entry: Entry, superseded: ReadonlySet<number>): string {
  if (entry.state === 'bad' || superseded.has(entry.spareBlock)) return `${entry.spareBlock} bad`;
  const { spareBlock, block, mask, lost, seconds, cause } = entry;
  return `${spareBlock} ${block} ${mask.toString(16)} ${lost.toString(16)} ${seconds} ${causes[cause]}`;
}

/** What the reader of `helper/spare/` says of an image. */
export async function readerSays(compact: Buffer): Promise<Said> {
  const findings: Finding[] = [];
  const entries: Entry[] = [];
  const { verdict, superblock, superseded } = await checkSpare(
    sourceOf(parseImage(compact)),
    (finding) => findings.push(finding),
    (entry) => entries.push(entry),
  );
  const fatal = findings.filter(({ level }) => level === 'fatal');
  const why = [...new Set(fatal.map(({ part, code }) => `${part} ${code}`))].sort().join(', ');
  if (superblock === null) return { accepted: false, why };
  const { header, layout } = superblock;
  const numbers = [
    superblock.mainSectors,
    layout.spareSectors,
    layout.blockSectors,
    superblock.mainLogicalBytes,
    layout.spareBlocks,
    layout.tableUnits,
    layout.stateUnits,
    layout.usable,
    layout.copies[1],
    superblock.tableReady,
  ];
  const remark = header.sequence === 0n ? NO_SEQUENCE : superseded.size > 1 ? SEVERAL_MOVED : '';
  return {
    accepted: verdict !== 'unrepairable' && superblock.roCompat === 0n,
    why: superblock.roCompat !== 0n ? 'may be read, not written' : why || remark,
    spare: `${header.uuid.replaceAll('-', '')} ${numbers.join(' ')} ${(superblock.mainId ?? '').replaceAll(/["\\]/g, '?')}`,
    moved: movedOf(layout)
      .map(({ copy, unit, place }) => `${copy}:${unit}:${place}`)
      .join(' '),
    mapping: entries.map((entry) => entryText(entry, superseded)),
  };
}
