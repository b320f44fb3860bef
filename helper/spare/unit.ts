import { crc32c } from '../crc32c.ts';
import { UNIT_BYTES } from '../layout.ts';

/** What every metadata unit begins with; see "Every unit" in docs/on-disk-format.md. */

/** The four letters of each kind of unit, little-endian: RmpS, RmpT, RmpA. */
export const MAGIC = { superblock: 0x53706d52, table: 0x54706d52, state: 0x41706d52 } as const;
export type UnitKind = keyof typeof MAGIC;

/** Bytes of the header; what is the unit's own follows. */
export const HEADER_BYTES = 64;
const at = { crc: 0, magic: 4, uuid: 8, sequence: 24, index: 32, count: 40, kind: 44 } as const;
const UUID_BYTES = 16;

export interface UnitHeader {
  readonly uuid: string;
  readonly sequence: bigint;
  readonly index: bigint;
  readonly count: number;
  readonly kind: number;
}

/** Why a unit is not valid at its place. */
export const unitFaults = ['unreadable', 'blank', 'magic', 'checksum', 'uuid', 'index'] as const;
export type UnitFault = (typeof unitFaults)[number];

export type ReadUnit =
  { readonly fault: UnitFault; readonly header: null } | { readonly fault: null; readonly header: UnitHeader };

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Reads the header of a unit and holds it to what is expected at its place. `bytes` is null for one that the device
 * could not read; an expectation that is left out is not checked.
 */
export function readUnit(
  bytes: Uint8Array | null,
  kind: UnitKind,
  expected: { readonly uuid?: string; readonly index?: number } = {},
): ReadUnit {
  const wrong = (fault: UnitFault): ReadUnit => ({ fault, header: null });
  if (bytes?.length !== UNIT_BYTES) return wrong('unreadable');
  const view = viewOf(bytes);
  if (view.getUint32(at.magic, true) !== MAGIC[kind]) return wrong(isBlank(bytes) ? 'blank' : 'magic');
  if (view.getUint32(at.crc, true) !== crc32c(bytes.subarray(at.magic))) return wrong('checksum');
  const header = {
    uuid: uuidText(bytes.subarray(at.uuid, at.uuid + UUID_BYTES)),
    sequence: view.getBigUint64(at.sequence, true),
    index: view.getBigUint64(at.index, true),
    count: view.getUint32(at.count, true),
    kind: view.getUint32(at.kind, true),
  };
  if (expected.uuid !== undefined && header.uuid !== expected.uuid) return wrong('uuid');
  if (expected.index !== undefined && header.index !== BigInt(expected.index)) return wrong('index');
  return { fault: null, header };
}

export function isBlank(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte !== 0) return false;
  return true;
}

/** Gives a unit another index and the checksum for it. */
export function withIndex(unit: Uint8Array, index: number): Uint8Array {
  const bytes = Uint8Array.from(unit);
  viewOf(bytes).setBigUint64(at.index, BigInt(index), true);
  return sealed(bytes);
}

/** Further than sequences rise that could not be read; see docs/on-disk-format.md. */
const SEQUENCE_AHEAD = 1_048_576n;

/** Gives a unit another index and a sequence that nothing on the spare has, and the checksum for them. */
export function renewed(unit: Uint8Array, index: number): Uint8Array {
  const bytes = Uint8Array.from(unit);
  const view = viewOf(bytes);
  view.setBigUint64(at.sequence, view.getBigUint64(at.sequence, true) + SEQUENCE_AHEAD, true);
  return withIndex(bytes, index);
}

/** A unit without a body, with the checksum for it. */
export function emptyUnit(kind: UnitKind, header: UnitHeader): Uint8Array {
  const bytes = new Uint8Array(UNIT_BYTES);
  const view = viewOf(bytes);
  view.setUint32(at.magic, MAGIC[kind], true);
  bytes.set(Buffer.from(header.uuid.replaceAll('-', ''), 'hex'), at.uuid);
  view.setBigUint64(at.sequence, header.sequence, true);
  view.setBigUint64(at.index, header.index, true);
  view.setUint32(at.count, header.count, true);
  view.setUint32(at.kind, header.kind, true);
  return sealed(bytes);
}

function sealed(bytes: Uint8Array): Uint8Array {
  viewOf(bytes).setUint32(at.crc, crc32c(bytes.subarray(at.magic)), true);
  return bytes;
}

function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
