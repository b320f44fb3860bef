import type { Role } from '../../../app/domain/block-device.ts';
import type { PairSettings } from '../../../app/domain/settings.ts';
import { isSpareLow, spareFree } from '../../../app/domain/spare.ts';
import type { TargetStatus } from '../../../app/domain/target.ts';
import { formatCount, formatCounted } from '../../../app/domain/units.ts';
import { failingSentence, wordsBefore, type PairWords } from '../smart/drive-word.ts';
import { isDiskOut, missingDisk, missingNotes, withFailing } from './verdict-disks.ts';
import { lost, notesOf, opening } from './verdict-notes.ts';

/** How much a verdict asks of its reader. `unknown`: what is shown may not be true any more. */
export type Tone = 'ok' | 'attention' | 'danger' | 'unknown';

export interface Verdict {
  readonly tone: Tone;
  /** Two or three words for a rail, a badge or a window title. */
  readonly short: string;
  /** Whether the data is safe now. */
  readonly sentence: string;
  /** What to do next. */
  readonly advice: string;
  /** What else is known, one sentence each. */
  readonly notes: readonly string[];
}

export interface VerdictInput {
  readonly status: TargetStatus;
  readonly settings: Pick<PairSettings, 'lowSparePercent'>;
  /** Disks of the pair that are not among those of the machine. The target notices only when it uses one. */
  readonly missing: readonly Role[];
  /** What the drives of the pair say of themselves. */
  readonly words: PairWords;
  readonly suspended: boolean;
  /** False when the helper cannot be asked at this moment. */
  readonly live: boolean;
  /** True where the machine itself is known to be off, as the lab's is after a power cut. */
  readonly off: boolean;
}

/** The answer at the top of every page: whether the data is safe now, and what to do. Neither soothes nor frightens. */
export function verdictOf(input: VerdictInput): Verdict {
  const { status, suspended, live, off, words } = input;
  if (!live) {
    const before = lost(status) ?? `${formatCounted(status.spareUsed, 'block')} had been moved to the spare.`;
    const failing = failingSentence(wordsBefore(words));
    return {
      tone: 'unknown',
      short: 'Not heard from',
      ...(off ? machineOff : notHeard),
      notes: [
        before,
        ...(failing === null ? [] : [failing]),
        ...missingNotes(input),
        ...notesOf(status, { suspended, gap: true }),
      ],
    };
  }
  const isOut = isDiskOut(input);
  const present = isOut ? missingDisk(input) : byMode(input);
  const told = withFailing(present, words);
  const gap = told.short !== PARTLY_MOVED;
  return { ...told, notes: [...(isOut ? [] : missingNotes(input)), ...notesOf(status, { suspended, gap })] };
}

export type Body = Omit<Verdict, 'notes'>;

const PARTLY_MOVED = 'Partly moved';

const notHeard = {
  sentence: 'This is what was last heard. What happens on the disk now is not known.',
  advice: 'The protection itself goes on without this window. The notice above says what comes next.',
} as const;

const machineOff = {
  sentence: 'This is what was last heard before the machine went off.',
  advice: 'Nothing is read or written while it is off. Switch it on, then start the protection again.',
} as const;

function byMode({ status, settings }: VerdictInput): Body {
  switch (status.mode) {
    case 'fail':
      return {
        tone: 'danger',
        short: 'Not working',
        sentence: 'Nothing can be read or written through this device: it answers every request with an error.',
        advice: 'Stop using it, keep both disks as they are, and read the last events for the reason.',
      };
    case 'ro':
      return {
        tone: 'danger',
        short: 'Protection frozen',
        sentence: `${opening(status)}No further bad block can be moved: the spare no longer takes its records.`,
        advice: 'Copy your data off this disk now. Blocks moved so far are still served as long as the spare answers.',
      };
    case 'halted':
      return {
        tone: 'danger',
        short: 'Moving halted',
        sentence: `${opening(status)}Moving of bad blocks is halted: the main disk looks disconnected, or too many blocks failed at once.`,
        advice: 'Check its cable and power. When it answers again, continue; until then its errors reach the programs.',
      };
    case 'spent':
      return {
        tone: 'danger',
        short: 'Spare used up',
        sentence: `${opening(status)}The spare is used up: the next bad block cannot be moved and will be an error.`,
        advice: 'Copy your data off this disk now, then replace it.',
      };
    case 'rw':
      return working(status, settings);
  }
}

function working(status: TargetStatus, settings: VerdictInput['settings']): Body {
  const unreadable = lost(status);
  if (unreadable !== null) {
    return {
      tone: 'danger',
      short: `${formatCount(status.pending)} unreadable`,
      sentence: `${unreadable} What ${status.pending === 1 ? 'it holds' : 'they hold'} is damaged; no other damage is known.`,
      advice:
        'Copy your data off this disk now. Writing to such a block moves it to the spare and makes it usable again.',
    };
  }
  if (status.metadataGood < status.metadataCopies) {
    return {
      tone: 'attention',
      short: 'Records damaged',
      sentence: 'Protected for now, but the spare could not keep every copy of its records of what was moved.',
      advice: 'The other copy still serves. Make a backup, and replace the spare soon.',
    };
  }
  if (status.partial > 0) {
    return {
      tone: 'attention',
      short: PARTLY_MOVED,
      sentence: `Protected, with a gap: in ${formatCounted(status.partial, 'moved block')} some sectors are still read from the main disk.`,
      advice: 'Those sectors may fail when they are read. Make a backup soon; writing them again moves them too.',
    };
  }
  if (isSpareLow(status, settings)) {
    return {
      tone: 'attention',
      short: 'Spare low',
      sentence: `Protected for now, but the spare is low: it has room for ${formatCounted(spareFree(status), 'more block')}.`,
      advice: 'Copy your data off this disk while every block can still be read.',
    };
  }
  return { tone: 'ok', short: 'Protected', ...(status.spareUsed > 0 ? withMoved(status) : withoutMoved(status)) };
}

type Words = Pick<Verdict, 'sentence' | 'advice'>;

const NONE_UNREADABLE = 'no unreadable block is known';
const GOES_ON_AGING = 'A disk that needed this goes on aging. Keep a backup: moving blocks does not replace one.';

/**
 * Blocks that are on the spare, by what brought them there. The counts by cause are of all moves since the pair was made,
 * those that were undone too, and a crash may have taken the last of them.
 */
function withMoved({ spareUsed, auto, manual, proactive }: TargetStatus): Words {
  const were = spareUsed === 1 ? 'was' : 'were';
  const blocks = `${formatCounted(spareUsed, 'block')} ${were} moved to the spare`;
  if (manual === 0) {
    return {
      sentence: `Protected. ${formatCounted(spareUsed, 'bad block')} ${were} moved to the spare; ${NONE_UNREADABLE}.`,
      advice: GOES_ON_AGING,
    };
  }
  if (auto + proactive > 0 || manual < spareUsed) {
    return {
      sentence: `Protected. ${blocks}, after errors or by request; ${NONE_UNREADABLE}.`,
      advice: GOES_ON_AGING,
    };
  }
  return {
    sentence: `Protected. ${blocks} by request; ${NONE_UNREADABLE}.`,
    advice: 'Only blocks that were used are known to be good. Keep a backup: moving blocks does not replace one.',
  };
}

/** Nothing is on the spare; blocks may have failed all the same, and answer again or been given back. */
function withoutMoved({ readErrors, writeErrors, auto, proactive }: TargetStatus): Words {
  const errors = readErrors + writeErrors;
  const moves = auto + proactive;
  if (errors === 0 && moves === 0) {
    return {
      sentence: 'Protected. No block of this disk has failed since protection began.',
      advice: 'Only blocks that were used are known to be good. Keep a backup.',
    };
  }
  const met =
    errors > 0
      ? `${formatCounted(errors, 'error')} ${errors === 1 ? 'was' : 'were'} met since protection began`
      : `${formatCounted(moves, 'bad block')} had been moved to the spare, and none is there now`;
  return {
    sentence: `Protected. No block is known to be unreadable now; ${met}.`,
    advice: 'A block that failed once may fail again. Keep a backup, and read the events for what happened.',
  };
}
