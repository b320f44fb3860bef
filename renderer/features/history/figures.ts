import type { CounterName } from '../../../app/history/counters.ts';
import type { FigureName } from '../../../app/history/figures.ts';
import type { Series } from './Chart.tsx';

interface PairSeries extends Series {
  readonly figure: FigureName;
}

/** Charts of a device; one whose figures were always 0 is left out where `optional`. */
export const charts: readonly { title: string; series: readonly PairSeries[]; optional?: boolean }[] = [
  { title: 'Blocks moved to the spare', series: [{ figure: 'moved', name: 'Moved', colour: 'var(--data-3)' }] },
  {
    title: 'Blocks that cannot be read',
    series: [{ figure: 'pending', name: 'Cannot be read', colour: 'var(--data-2)' }],
  },
  { title: 'Spare blocks left', series: [{ figure: 'spareFree', name: 'Spare left', colour: 'var(--data-1)' }] },
  {
    title: 'Errors of the main disk',
    series: [
      { figure: 'readErrors', name: 'Reads', colour: 'var(--data-2)' },
      { figure: 'writeErrors', name: 'Writes', colour: 'var(--data-4)', dash: '5 3' },
    ],
  },
  {
    title: 'Reads tried again, or slow',
    series: [
      { figure: 'softErrors', name: 'Tried again', colour: 'var(--data-1)' },
      { figure: 'slowReads', name: 'Slow', colour: 'var(--data-4)', dash: '5 3' },
    ],
    optional: true,
  },
  {
    title: 'Risk of the worst part, in percent',
    series: [
      { figure: 'risk', name: 'Risk', colour: 'var(--data-2)' },
      { figure: 'confidence', name: 'How sure', colour: 'var(--data-1)', dash: '5 3' },
    ],
    optional: true,
  },
];

export const compared: readonly { figure: FigureName; name: string }[] = [
  { figure: 'moved', name: 'Blocks moved' },
  { figure: 'pending', name: 'Blocks that cannot be read' },
  { figure: 'spareFree', name: 'Spare blocks left' },
  { figure: 'spareBad', name: 'Failed blocks of the spare' },
  { figure: 'readErrors', name: 'Read errors' },
  { figure: 'writeErrors', name: 'Write errors' },
  { figure: 'softErrors', name: 'Reads that needed another try' },
  { figure: 'slowReads', name: 'Slow reads' },
  { figure: 'scanPasses', name: 'Scan passes' },
];

interface CounterSeries extends Series {
  readonly figure: CounterName;
}

/** Charts of what a drive counts of its own damage; one whose counters are not kept, or were always 0, is left out. */
export const counterCharts: readonly { title: string; series: readonly CounterSeries[] }[] = [
  {
    title: 'Sectors that the drive replaced',
    series: [
      { figure: '5', name: 'Replaced', colour: 'var(--data-3)' },
      { figure: '196', name: 'Attempts', colour: 'var(--data-4)', dash: '5 3' },
      { figure: 'grown_defects', name: 'Given up', colour: 'var(--data-3)' },
    ],
  },
  {
    title: 'Sectors that the drive could not read',
    series: [
      { figure: '197', name: 'Waiting', colour: 'var(--data-2)' },
      { figure: '198', name: 'Met in its own scan', colour: 'var(--data-4)', dash: '5 3' },
    ],
  },
  {
    title: 'Errors that the drive did not correct',
    series: [
      { figure: '187', name: 'Reported', colour: 'var(--data-2)' },
      { figure: 'media_errors', name: 'Media errors', colour: 'var(--data-4)', dash: '5 3' },
    ],
  },
  { title: 'Transfer errors (the cable)', series: [{ figure: '199', name: 'Errors', colour: 'var(--data-1)' }] },
  {
    title: 'Starts that took another try',
    series: [{ figure: '10', name: 'Attempts', colour: 'var(--data-2)' }],
  },
];

/** Counters of a drive in a table, in its order. */
export const comparedCounters: readonly { counter: CounterName; name: string }[] = [
  { counter: '5', name: 'Sectors replaced' },
  { counter: '196', name: 'Attempts to replace a sector' },
  { counter: 'grown_defects', name: 'Sectors given up' },
  { counter: '197', name: 'Sectors waiting' },
  { counter: '198', name: 'Unreadable in its own scans' },
  { counter: '187', name: 'Errors that were not corrected' },
  { counter: 'media_errors', name: 'Media errors' },
  { counter: '199', name: 'Transfer errors' },
  { counter: '10', name: 'Starts that took another try' },
];
