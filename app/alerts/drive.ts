import type { BlockDevice } from '../domain/block-device.ts';
import { attributeCount, ownVerdictOf, type DriveHealth, type NvmeWarning } from '../domain/smart.ts';
import { driveBehind } from '../history/drive.ts';

/** What a drive says of itself, least to worst: its place is the number of the rule `drive-failed`. */
export const driveStates = [
  'well',
  'temperature',
  /** Its overall verdict, without a reason. */
  'failed',
  'persistent-memory-read-only',
  'backup-failed',
  'spare-below-threshold',
  'reliability-degraded',
  'read-only',
] as const satisfies readonly (NvmeWarning | 'well' | 'failed')[];
export type DriveState = (typeof driveStates)[number];

/** What a drive tells of itself, each a number that rises as it gets worse; null where it does not tell. */
export interface DriveFacts {
  /** Place in {@link driveStates}. */
  readonly failed: number | null;
  /** 5, or the grown defects of a SCSI drive. */
  readonly reallocated: number | null;
  /** 187. */
  readonly uncorrectable: number | null;
  /** 197. */
  readonly pending: number | null;
  /** 198. */
  readonly offlineUncorrectable: number | null;
  /** Of an NVMe drive. */
  readonly mediaErrors: number | null;
}

export const noDriveFacts: DriveFacts = {
  failed: null,
  reallocated: null,
  uncorrectable: null,
  pending: null,
  offlineUncorrectable: null,
  mediaErrors: null,
};

export function driveFacts(health: DriveHealth): DriveFacts {
  return {
    failed: failedOf(health),
    reallocated: attributeCount(health, 5) ?? health.grownDefects,
    uncorrectable: attributeCount(health, 187),
    pending: attributeCount(health, 197),
    offlineUncorrectable: attributeCount(health, 198),
    mediaErrors: health.nvme?.mediaErrors ?? null,
  };
}

/** An NVMe drive that warns is called failed by its overall verdict too: then the warning is the reason for it. */
function failedOf(health: DriveHealth): number | null {
  const warned = Math.max(0, ...(health.nvme?.warnings ?? []).map((warning) => driveStates.indexOf(warning)));
  switch (ownVerdictOf(health)) {
    case 'failed':
      return Math.max(warned, driveStates.indexOf('failed'));
    case 'warned':
    case 'passed':
      return warned;
    case 'unknown':
      return warned > 0 ? warned : null;
  }
}

/** A drive as what alerts are about. */
export interface DriveSubject {
  readonly id: string;
  /** Its model and where it is now: names in notifications carry no serial number. */
  readonly name: string;
  /** False where it has no number of its own, so that another drive may come to stand for it. */
  readonly lasting: boolean;
}

type Known = Pick<BlockDevice, 'wwn' | 'serial' | 'model' | 'transport' | 'name' | 'sizeSectors'>;

/** @param health - what the drive told last, null where it told nothing */
export function driveSubject(disk: Known, health: Pick<DriveHealth, 'serial' | 'model'> | null): DriveSubject {
  const drive = driveBehind(disk, health);
  const model = (drive?.model ?? disk.model)?.trim() ?? '';
  const id = drive?.key ?? `place:${disk.name}/${model}/${disk.sizeSectors}`;
  return {
    id: id.slice(0, 512),
    name: model === '' ? disk.name.slice(0, 128) : `${model.slice(0, 80)} (${disk.name.slice(0, 40)})`,
    lasting: drive !== null,
  };
}
