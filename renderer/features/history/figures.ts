import type { FigureName } from '../../../app/history/figures.ts';
import type { Series } from './Chart.tsx';

/** Charts of a device; one whose figures were always 0 is left out where `optional`. */
export const charts: readonly { title: string; series: readonly Series[]; optional?: boolean }[] = [
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
