import { formatCounted } from '../../../app/domain/units.ts';
import { failingSentence, type PairWords } from '../smart/drive-word.ts';
import { opening } from './verdict-notes.ts';
import type { Body, VerdictInput } from './verdict.ts';

/** In mode `fail` nothing is served whatever is plugged in, and its reason is in the events. */
export function isDiskOut({ status, missing }: VerdictInput): boolean {
  return missing.length > 0 && status.mode !== 'fail';
}

/** A disk that was away is another one to the kernel when it is back, and the pair still holds the one that is gone. */
const PLUG_IN =
  'Check cable and power. If this stays when the disk is there again, stop the protection and start it again.';

/** The verdict while a disk of the pair is out of reach, also where nothing was refused yet because nothing was asked. */
export function missingDisk({ status, missing }: VerdictInput): Body {
  const { spareUsed } = status;
  const blocks = `${formatCounted(spareUsed, 'block')} on`;
  if (missing.length > 1) {
    return {
      tone: 'danger',
      short: 'Both disks missing',
      sentence: `${opening(status)}Neither disk of this pair is seen any more: nothing on it can be reached.`,
      advice: `Stop using it. ${PLUG_IN}`,
    };
  }
  if (missing[0] === 'main') {
    const reached = spareUsed === 0 ? 'nothing on it' : `only ${blocks} the spare`;
    return {
      tone: 'danger',
      short: 'Main disk missing',
      sentence: `${opening(status)}The main disk is no longer seen: ${reached} can be reached.`,
      advice: `Stop using it. ${PLUG_IN}`,
    };
  }
  const out = spareUsed === 0 ? '' : `${blocks} it cannot be reached, and `;
  return {
    tone: 'danger',
    short: 'Spare missing',
    sentence: `${opening(status)}The spare is no longer seen: ${out}no further bad block can be moved.`,
    advice: `${PLUG_IN} Do not use the main disk by itself: moved blocks hold old data there.`,
  };
}

/** For where the verdict is about something else. */
export function missingNotes({ missing }: VerdictInput): string[] {
  return missing.map((role) => `The ${role === 'main' ? 'main disk' : 'spare'} was not seen any more.`);
}

/** A drive's own word weighs more than that all goes well so far; beside another danger it is said as well. */
export function withFailing(present: Body, words: PairWords): Body {
  const sentence = failingSentence(words);
  if (sentence === null) return present;
  if (present.tone === 'danger') return { ...present, sentence: `${present.sentence} ${sentence}` };
  const ofMain = words.main !== 'no';
  const ofSpare = words.spare !== 'no';
  return {
    tone: 'danger',
    short: ofMain && ofSpare ? 'Both drives failing' : `${ofMain ? 'Main' : 'Spare'} drive failing`,
    sentence: `No unreadable block is known, but ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`,
    advice: ofSpare
      ? 'Copy your data off now, the most important first: what was moved to the spare is lost with it.'
      : 'Copy your data off now, the most important first. Moving blocks does not stop a drive that is failing.',
  };
}
