import { noAlerts } from '../../app/alerts/schema.ts';
import type { Connection, Snapshot, TargetView } from '../../app/bridge/snapshot.ts';
import type { BlockDevice } from '../../app/domain/block-device.ts';
import { kernelUnknown } from '../../app/domain/kernel-message.ts';
import { historyOff } from '../../app/history/schema.ts';
import { defaultSettings } from '../../app/domain/settings.ts';
import type { HealthCell, ProtectedDevice, RemapRow, TargetEvent, TargetStatus } from '../../app/domain/target.ts';

/** Whole values of the bridge's types for tests; each takes what the test is about and fills in the rest. */

export function makeStatus(part: Partial<TargetStatus> = {}): TargetStatus {
  return {
    mode: 'rw',
    blockSectors: 8,
    spareUsed: 0,
    spareTotal: 4000,
    spareBad: 0,
    pending: 0,
    partial: 0,
    auto: 0,
    manual: 0,
    proactive: 0,
    readErrors: 0,
    writeErrors: 0,
    softErrors: 0,
    slowReads: 0,
    metadataGood: 2,
    metadataCopies: 2,
    scanState: 'off',
    scanBlock: 0,
    scanPasses: 0,
    risk: 0,
    confidence: 0,
    lastEvent: 0,
    ...part,
  };
}

export function makeDisk(part: Partial<BlockDevice> = {}): BlockDevice {
  const devno = part.devno ?? '8:0';
  return {
    devno,
    name: 'sda',
    path: `/dev/${part.name ?? 'sda'}`,
    kind: 'disk',
    diskDevno: devno,
    model: 'WDC WD20EZRX-00D',
    serial: 'WD-WCC4M0XY81Z2',
    wwn: null,
    transport: 'sata',
    rotational: true,
    removable: false,
    readOnly: false,
    sizeSectors: 2_097_152,
    startSectors: 0,
    logicalBlockBytes: 512,
    physicalBlockBytes: 4096,
    content: null,
    users: [],
    asMain: [],
    asSpare: [],
    spareOf: null,
    ...part,
  };
}

export function makeProtected(part: Partial<ProtectedDevice> = {}): ProtectedDevice {
  const name = part.name ?? 'safe-sda';
  return {
    name,
    path: `/dev/mapper/${name}`,
    devno: '254:0',
    uuid: '0f9f2c0e-5a53-4a5c-9d07-2f1f0a3d9b11',
    mainId: 'WD-WCC4M0XY81Z2',
    mainDevno: '8:0',
    spareDevno: '8:16',
    lengthSectors: 2_097_152,
    blockSectors: 8,
    mountedAt: [],
    suspended: false,
    settings: defaultSettings,
    status: makeStatus(),
    ...part,
  };
}

export function makeTarget(device: Partial<ProtectedDevice> = {}, part: Partial<TargetView> = {}): TargetView {
  const whole = makeProtected(device);
  return {
    device: whole,
    status: whole.status,
    heard: 1_790_000_000_000,
    events: [],
    samples: [],
    remapsRevision: 0,
    forecast: null,
    ...part,
  };
}

export function makeConnection(part: Partial<Connection> = {}): Connection {
  const id = part.id ?? 'local';
  return {
    id,
    title: id === 'lab' ? 'Lab' : 'This computer',
    phase: { state: 'open', helperVersion: '0.1.0' },
    machine: null,
    devices: [],
    targets: [],
    smart: {},
    kernel: kernelUnknown,
    applying: null,
    history: historyOff,
    alerts: noAlerts,
    lab: null,
    ...part,
  };
}

export function makeSnapshot(connections: Connection[]): Snapshot {
  return { app: { version: '0.1.0', host: 'web' }, connections };
}

export function makeRow(part: Partial<RemapRow> = {}): RemapRow {
  return { block: 0, spareBlock: 0, state: 'mapped', cause: 'auto', residency: 'ff', seconds: 1_790_000_000, ...part };
}

export function makeEvent(part: Partial<TargetEvent> = {}): TargetEvent {
  return {
    number: 1,
    milliseconds: 1_790_000_000_000,
    type: 'remap',
    block: 42,
    spareBlock: 0,
    detail: null,
    ...part,
  };
}

/** A cell of 100 blocks that were all read, quickly and without an error. */
export function makeCell(part: Partial<HealthCell> = {}): HealthCell {
  return {
    cell: 0,
    scannedBlocks: 100,
    mapped: 0,
    pending: 0,
    soft: 0,
    slow: 0,
    averageLatencyUs: 1000,
    worstLatencyUs: 2000,
    risk: 0,
    confidence: 80,
    ...part,
  };
}
