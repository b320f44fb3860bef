import type { LabWorkload } from '../../app/bridge/lab.ts';

export const labWords = {
  makeBelieve: 'These disks are make-believe. Break them as you like; nothing on this computer is touched.',
  starting: 'The machine is starting with its disks as they were.',
  off: 'The machine is off. Its disks are as they were when the power went.',
  noTarget: 'Protect a disk first: the workload writes to a protected device.',
  brush: 'Click a cell of the heatmap to make its first blocks fail.',
  brushElsewhere: 'The brush works in the heatmap of a protected device.',
} as const;

export const workloadWords: Readonly<Record<LabWorkload['state'], string>> = {
  idle: 'not started',
  writing: 'writing',
  verifying: 'reading back',
  stopped: 'stopped',
};
