import { RECENT_EVENTS, type Connection, type Sample, type Snapshot } from '../../app/bridge/snapshot.ts';
import { noAlerts } from '../../app/alerts/schema.ts';
import type { LabState } from '../../app/bridge/lab.ts';
import type { DiskPreview } from '../../app/domain/disk-preview.ts';
import { kernelUnknown } from '../../app/domain/kernel-message.ts';
import { nothingMet } from '../../app/history/event-times.ts';
import { historyOff } from '../../app/history/schema.ts';
import { defaultSettings } from '../../app/domain/settings.ts';
import type { BlockDevice } from '../../app/domain/block-device.ts';
import type { MachineReport } from '../../app/domain/machine.ts';
import type { ProtectedDevice, RemapRow, TargetEvent, TargetStatus } from '../../app/domain/target.ts';
import type { TargetForecast } from '../../app/forecast/output.ts';
import { noTroubles, withTroubles } from '../../app/forecast/where.ts';
import { forecastOf } from '../../main/forecast/forecast-of.ts';
import { including, never, type Times } from '../../app/forecast/times.ts';
import { sceneKernel } from './scene-kernel.ts';
import { sceneSmart } from './scene-smart.ts';

/** Noon of a fixed day, so that pictures do not change with the clock. Unix time in milliseconds. */
export const SCENE_TIME = Date.UTC(2026, 0, 15, 12);
export const SCENE_BLOCK_SECTORS = 8;
export const SCENE_TARGET = 'weak-disk';

const disk = {
  kind: 'disk',
  transport: 'scsi',
  rotational: true,
  removable: false,
  readOnly: false,
  startSectors: 0,
  logicalBlockBytes: 512,
  physicalBlockBytes: 512,
  content: null,
  users: [],
  asMain: [],
  asSpare: [],
  spareOf: null,
} as const satisfies Partial<BlockDevice>;

const held = {
  code: 'held',
  level: 'block',
  sentence: 'This disk is in use by the protected device weak-disk.',
} as const;

/** A protected pair, a free disk, a disk with a mounted file system and the system disk with its partition. */
export function sceneDevices(blocks: number): BlockDevice[] {
  const mounted = { code: 'mounted', level: 'block', sentence: 'It is mounted at /mnt/photos.' } as const;
  const system = { code: 'system-disk', level: 'block', sentence: 'The system runs from this disk.' } as const;
  const sda: BlockDevice = {
    ...disk,
    devno: '8:0',
    name: 'sda',
    path: '/dev/sda',
    diskDevno: '8:0',
    model: 'Barracuda ST4000',
    serial: 'LABMAIN-77A1',
    wwn: '0x5000c500a1b2c3d4',
    sizeSectors: blocks * SCENE_BLOCK_SECTORS,
    users: [{ kind: 'holder', name: 'dm-0' }],
    asMain: [held],
    asSpare: [held],
  };
  const sdb: BlockDevice = {
    ...disk,
    devno: '8:16',
    name: 'sdb',
    path: '/dev/sdb',
    diskDevno: '8:16',
    model: 'Ultra Fit',
    serial: 'LABSPARE-4F2A',
    wwn: null,
    transport: 'usb',
    rotational: false,
    removable: true,
    sizeSectors: 2_097_152,
    content: { type: 'dm_remap_spare', usage: 'spare', label: null, uuid: '3f0c7b1e-2f6a-4d0e-9b37-0f1f5f1f7a10' },
    users: [{ kind: 'holder', name: 'dm-0' }],
    asMain: [held],
    asSpare: [held],
    spareOf: {
      uuid: '3f0c7b1e-2f6a-4d0e-9b37-0f1f5f1f7a10',
      mainId: 'LABMAIN-77A1',
      mainSectors: blocks * SCENE_BLOCK_SECTORS,
      blockSectors: SCENE_BLOCK_SECTORS,
      usableBlocks: 16_000,
      live: true,
      mainDevno: '8:0',
      mayBeMain: [],
    },
  };
  const free = { ...disk, devno: '8:32', name: 'sdc', path: '/dev/sdc', diskDevno: '8:32', model: 'Deskstar 7K' };
  const old = { ...disk, devno: '8:48', name: 'sdd', path: '/dev/sdd', diskDevno: '8:48', model: 'WD Blue' };
  const vda = { ...disk, devno: '254:0', name: 'vda', path: '/dev/vda', diskDevno: '254:0', model: null };
  return [
    sda,
    sdb,
    { ...free, serial: 'LABFREE-0C55', wwn: null, sizeSectors: 8_388_608 },
    {
      ...old,
      serial: 'LABOLD-91BE',
      wwn: null,
      sizeSectors: 8_388_608,
      content: { type: 'ext4', usage: 'filesystem', label: 'photos', uuid: '8c1b3c52-53a3-4b52-a3a5-54d7a0a0a001' },
      users: [{ kind: 'mount', at: '/mnt/photos' }],
      asMain: [mounted],
      asSpare: [mounted],
    },
    {
      ...vda,
      serial: null,
      wwn: null,
      transport: 'virtio',
      sizeSectors: 4_194_304,
      content: { type: 'gpt', usage: 'partition-table', label: null, uuid: null },
      asMain: [system],
      asSpare: [system],
    },
  ];
}

/** What this computer's user sees of its disks without rights. */
export const scenePreview: readonly DiskPreview[] = [
  {
    name: 'sda',
    model: 'WDC WD20EZRX',
    sizeBytes: 2_000_398_934_016,
    rotational: true,
    transport: 'sata',
    contents: [{ type: 'ext4', label: 'photos' }],
    mountedAt: ['/mnt/photos'],
  },
];

/** The status that goes with `rows`. */
export function sceneStatus(rows: readonly RemapRow[], spareTotal: number, lastEvent: number): TargetStatus {
  const mapped = rows.filter((row) => row.state === 'mapped');
  const caused = (cause: RemapRow['cause']): number => mapped.filter((row) => row.cause === cause).length;
  const pending = rows.length - mapped.length;
  return {
    mode: mapped.length >= spareTotal ? 'spent' : 'rw',
    blockSectors: SCENE_BLOCK_SECTORS,
    spareUsed: mapped.length,
    spareTotal,
    spareBad: 1,
    pending,
    partial: mapped.filter((row) => row.residency === '3').length,
    auto: caused('auto'),
    manual: caused('manual'),
    proactive: caused('proactive'),
    readErrors: pending * 3,
    writeErrors: caused('auto'),
    softErrors: 41,
    slowReads: 12,
    metadataGood: 2,
    metadataCopies: 2,
    scanState: 'running',
    scanBlock: 750_000,
    scanPasses: 3,
    risk: 64,
    confidence: 55,
    lastEvent,
  };
}

/** The newest events: one for each of the last rows, `number` counted so that the newest is `lastEvent`. */
export function sceneEvents(rows: readonly RemapRow[], lastEvent: number): TargetEvent[] {
  const newest = rows.slice(-Math.min(RECENT_EVENTS, lastEvent));
  return newest.map((row, index) => ({
    number: lastEvent - newest.length + 1 + index,
    milliseconds: SCENE_TIME - (newest.length - index) * 5_000,
    type: row.state === 'mapped' ? ('remap' as const) : ('pending' as const),
    block: row.block,
    spareBlock: row.spareBlock,
    detail: row.state === 'mapped' ? row.cause : null,
  }));
}

function sceneSamples(status: TargetStatus): Sample[] {
  const points = 120;
  return Array.from({ length: points }, (_, index) => {
    const part = (index + 1) / points;
    const grown = (count: number): number => Math.floor(count * part * part);
    return {
      milliseconds: SCENE_TIME - (points - 1 - index) * 60_000,
      moved: grown(status.spareUsed),
      pending: Math.floor(status.pending * (1 - part * part * part)) + Math.floor(status.pending * part),
      spareFree: Math.max(0, status.spareTotal - grown(status.spareUsed) - status.spareBad),
      readErrors: grown(status.readErrors),
      writeErrors: grown(status.writeErrors),
    };
  });
}

const machine: MachineReport = {
  kernelRelease: '6.1.0-29-amd64',
  architecture: 'x86_64',
  system: 'Debian GNU/Linux 12 (bookworm)',
  module: { state: 'loaded', targetVersion: '1.0.0' },
  tools: [
    { name: 'dmsetup', path: '/usr/sbin/dmsetup', version: '1.02.185', required: true },
    { name: 'smartctl', path: null, version: null, required: false },
  ],
  secureBoot: 'off',
  problems: [],
};

const labState: LabState = {
  power: 'on',
  disks: [
    { name: 'main', serial: 'LABMAIN-77A1', sizeSectors: 8_000_000, pulled: false, faults: [], faultySectors: 0 },
    { name: 'spare', serial: 'LABSPARE-4F2A', sizeSectors: 2_097_152, pulled: false, faults: [], faultySectors: 0 },
    { name: 'third', serial: 'LABFREE-0C55', sizeSectors: 8_388_608, pulled: false, faults: [], faultySectors: 0 },
  ],
  workload: {
    state: 'idle',
    target: null,
    writesAcknowledged: 0,
    writesFailed: 0,
    blocksVerified: 0,
    blocksWrong: 0,
    blocksUnreadable: 0,
    lastError: null,
  },
};

/** The forecast that the broker would make of `rows` at {@link SCENE_TIME}. */
function sceneForecast(
  device: ProtectedDevice,
  status: TargetStatus,
  rows: readonly RemapRow[],
  devices: readonly BlockDevice[],
): TargetForecast {
  const failed = rows.filter(({ cause }) => cause !== 'manual');
  const times = (which: readonly RemapRow[]): Times =>
    which.reduce<Times>((sum, { seconds }) => including(sum, seconds * 1000), never);
  const troubles = {
    ...withTroubles(
      noTroubles,
      failed.map(({ block, seconds }) => ({ block, milliseconds: seconds * 1000 })),
    ),
    pending: times(failed.filter(({ state }) => state === 'pending')),
    movedAfterError: times(failed.filter(({ cause }) => cause === 'auto')),
  };
  return forecastOf(
    { device, status },
    { devices, smart: {}, alerts: noAlerts },
    troubles,
    nothingMet,
    () => () => never,
    null,
    SCENE_TIME,
  );
}

/** An open lab with one protected device that holds `rows`, and this computer, not opened yet. */
export function sceneSnapshot(rows: readonly RemapRow[], blocks: number): Snapshot {
  const lastEvent = rows.length;
  const status = sceneStatus(rows, Math.max(rows.length + 100, 261_000), lastEvent);
  const device: ProtectedDevice = {
    name: SCENE_TARGET,
    path: `/dev/mapper/${SCENE_TARGET}`,
    devno: '253:0',
    uuid: '3f0c7b1e-2f6a-4d0e-9b37-0f1f5f1f7a10',
    mainId: 'LABMAIN-77A1',
    mainDevno: '8:0',
    spareDevno: '8:16',
    lengthSectors: blocks * SCENE_BLOCK_SECTORS,
    blockSectors: SCENE_BLOCK_SECTORS,
    mountedAt: ['/mnt/data'],
    suspended: false,
    settings: defaultSettings,
    status,
  };
  const devices = sceneDevices(blocks);
  const lab: Connection = {
    id: 'lab',
    title: 'Lab',
    phase: { state: 'open', helperVersion: '0.1.0' },
    machine,
    devices,
    targets: [
      {
        device,
        status,
        heard: SCENE_TIME,
        events: sceneEvents(rows, lastEvent),
        samples: sceneSamples(status),
        remapsRevision: 1,
        forecast: sceneForecast(device, status, rows, devices),
      },
    ],
    smart: sceneSmart(SCENE_TIME),
    kernel: sceneKernel(SCENE_TIME),
    applying: null,
    history: historyOff,
    alerts: noAlerts,
    lab: labState,
  };
  const local: Connection = {
    id: 'local',
    title: 'This computer',
    phase: { state: 'closed' },
    machine: null,
    devices: [],
    targets: [],
    smart: {},
    kernel: kernelUnknown,
    applying: null,
    history: historyOff,
    alerts: noAlerts,
    lab: null,
  };
  return { app: { version: '0.1.0', host: 'web' }, connections: [local, lab] };
}

/** A connection as after a restart of its machine: the pair is not live, and nothing uses its disks. */
export function restarted(connection: Connection): void {
  connection.targets = [];
  for (const device of connection.devices) {
    if (device.users.some(({ kind }) => kind === 'holder')) Object.assign(device, { users: [], asSpare: [] });
    if (device.spareOf !== null) device.spareOf.live = false;
  }
}
