import type { LabWorkload } from '../../app/bridge/lab.ts';
import type { Connection } from '../../app/bridge/snapshot.ts';
import type { BlockDevice } from '../../app/domain/block-device.ts';

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

/** The parts that the lab's own disks play, by the lab's name of each. */
const roles: Readonly<Record<string, string>> = {
  main: 'Aging disk',
  spare: 'Spare',
  bystander: 'Third disk',
};

/** What a disk of the lab is there for; its own name where the lab was started with disks of another kind. */
export function roleName(labDisk: string): string {
  return roles[labDisk] ?? labDisk;
}

export interface LabRole {
  readonly name: string;
  /** What to do with it, as a sentence. */
  readonly hint: string;
}

/** The part that a device plays in the lab; null on a real computer. A disk that is none of the lab's is its machine's. */
export function labRoleOf(connection: Pick<Connection, 'id' | 'lab'>, device: BlockDevice): LabRole | null {
  if (connection.id !== 'lab' || connection.lab === null) return null;
  const disk = connection.lab.disks.find((one) => one.serial === device.serial);
  if (disk === undefined) {
    return device.kind === 'disk' ? { name: 'System disk', hint: 'The lab machine runs from it.' } : null;
  }
  return { name: roleName(disk.name), hint: hints[disk.name] ?? 'A disk of the lab.' };
}

const hints: Readonly<Record<string, string>> = {
  main: 'Protect this one, then make it fail.',
  spare: 'Takes the blocks that fail.',
  bystander: 'Holds files of somebody else. Nothing should ever touch it.',
};
