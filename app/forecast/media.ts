import { fading, hasFaded, probation, reallocation, scanError, type EventRatio } from './events.ts';
import type { Spread } from './hazard.ts';
import type { Counter, ForecastInput } from './input.ts';
import { levelRatio, levelTables, WEAK_BELOW, type LevelTable } from './levels.ts';
import { counterText, falseAlarmText, timesText, type CounterWords, type TermDraft } from './term.ts';

interface MediaSign {
  readonly id: string;
  readonly counter: (input: ForecastInput) => Counter;
  readonly words: CounterWords;
  readonly levels: LevelTable;
  /** null where no study gives a ratio for a first event. */
  readonly event: (EventRatio & { readonly section: string }) | null;
  /** Counted by this program and not by the drive, which is what the studies counted. */
  readonly own: boolean;
}

const scanErrorEvent = { ...scanError, section: '3.5.1' };
const reallocationEvent = { ...reallocation, section: '3.5.2' };
const probationEvent = { ...probation, section: '3.5.4' };

/** Signs of a disk's surface. They measure one fault, so only the largest counts. */
export const mediaSigns: readonly MediaSign[] = [
  {
    id: 'scan-errors',
    counter: ({ own }) => own.scanErrors,
    words: { one: 'block that failed in a scan', many: 'blocks that failed in a scan' },
    // It only grows, as reallocations do; the drive's 198 falls again when a sector is written.
    levels: levelTables[5],
    event: scanErrorEvent,
    own: true,
  },
  {
    id: 'offline-uncorrectable',
    counter: ({ attributes }) => attributes.offlineUncorrectable,
    words: { one: 'sector unreadable in the drive’s own scan', many: 'sectors unreadable in the drive’s own scan' },
    levels: levelTables[198],
    event: scanErrorEvent,
    own: false,
  },
  {
    id: 'pending-blocks',
    counter: ({ own }) => own.pendingBlocks,
    words: { one: 'block that cannot be read', many: 'blocks that cannot be read' },
    levels: levelTables[197],
    event: probationEvent,
    own: true,
  },
  {
    id: 'pending',
    counter: ({ attributes }) => attributes.pending,
    words: { one: 'pending sector', many: 'pending sectors' },
    levels: levelTables[197],
    event: probationEvent,
    own: false,
  },
  {
    id: 'uncorrectable',
    counter: ({ attributes }) => attributes.uncorrectable,
    words: { one: 'uncorrectable error reported', many: 'uncorrectable errors reported' },
    levels: levelTables[187],
    event: null,
    own: false,
  },
  {
    id: 'moved-blocks',
    counter: ({ own }) => own.movedBlocks,
    words: { one: 'block moved after an error', many: 'blocks moved after an error' },
    levels: levelTables[5],
    event: reallocationEvent,
    own: true,
  },
  {
    id: 'reallocated',
    counter: ({ attributes }) => attributes.reallocated,
    words: { one: 'reallocated sector', many: 'reallocated sectors' },
    levels: levelTables[5],
    event: reallocationEvent,
    own: false,
  },
  {
    id: 'reallocation-events',
    counter: ({ attributes }) => attributes.reallocationEvents,
    words: { one: 'reallocation', many: 'reallocations' },
    levels: levelTables[196],
    event: reallocationEvent,
    own: false,
  },
];

const LEVEL_SOURCE = 'Backblaze, drives of 2014, as printed by Scrutiny; pooled to rise with the value';

/** What the surface of a magnetic disk tells. A counter that is zero gives a term only while a rise of it counts. */
export function mediaTerms(input: ForecastInput, base: Spread): TermDraft[] {
  return mediaSigns.flatMap((sign) => {
    const counter = sign.counter(input);
    if ((counter.value ?? 0) === 0 && (sign.event === null || hasFaded(counter.rose, input.now))) return [];
    return [termOf(sign, counter, input.now, base)];
  });
}

function termOf(sign: MediaSign, counter: Counter, now: number, base: Spread): TermDraft {
  const level = levelRatio(sign.levels, counter.value ?? 0);
  const ratio = sign.event === null ? level.ratio : fading(sign.event, level.ratio, counter.rose, now);
  const byEvent = sign.event !== null && ratio.point > level.ratio.point;
  const weak = !byEvent && level.failures < WEAK_BELOW;
  const such = byEvent
    ? `drives with such a first event failed ${timesText(sign.event.ratio.point)} in the next 60 days`
    : `drives at this level failed ${timesText(level.ratio.point)} as drives with none`;
  const faded =
    byEvent && ratio.point < sign.event.ratio.point ? `; as it has grown old, ${timesText(ratio.point)}` : '';
  return {
    id: sign.id,
    family: 'media',
    ratio,
    weak,
    floor: null,
    sentence: `${counterText(counter, sign.words, now)}: ${such}${faded}.`,
    source: byEvent ? `Pinheiro, Weber, Barroso (Google), FAST 2007, section ${sign.event.section}` : LEVEL_SOURCE,
    evidence: evidenceText(byEvent, level.failures, weak, sign.own, falseAlarmText(base, ratio)),
  };
}

function evidenceText(byEvent: boolean, failures: number, weak: boolean, own: boolean, falseAlarms: string): string {
  const stands = byEvent
    ? 'More than 100,000 drives of 2005 and 2006.'
    : `${failures} failures stand behind this number${weak ? ': too few to lean on' : ''}.`;
  const counted = own ? ' The study counted what the drive reports; this count is the program’s own.' : '';
  return `${falseAlarms} ${stands}${counted}`;
}
