import { existsSync } from 'node:fs';

import {
  protectedDeviceSchema,
  targetNameSchema,
  type ProtectedDevice,
  type TargetStatus,
} from '../app/domain/target.ts';
import { AppError, appError } from '../app/errors.ts';
import { log } from './log.ts';
import { infoArguments, parseInfo, type MappingInfo } from './parse/info.ts';
import { parseMountinfo } from './parse/proc.ts';
import { parseSettings } from './parse/settings.ts';
import { parseStatus } from './parse/status.ts';
import { parseRemapTable, parseSegment, parseSegments, type RemapTable } from './parse/table.ts';
import { readText } from './read-text.ts';
import { run } from './run.ts';

/** Prefix of the UUID that device-mapper is given for a pair, so that its device can be told from others. */
export const UUID_PREFIX = 'DMREMAP-';

/** A live mapping that consists of exactly one `remap` segment. */
export interface RemapMapping {
  readonly info: MappingInfo;
  readonly table: RemapTable;
}

/** Every mapping of the target; none where the kernel's device-mapper is not even loaded. */
export async function listRemapMappings(): Promise<RemapMapping[]> {
  if (!existsSync('/sys/class/misc/device-mapper')) return [];
  const [tables, infos] = await Promise.all([
    run('dmsetup', ['table', '--target', 'remap']),
    run('dmsetup', infoArguments),
  ]);
  const byName = new Map(parseInfo(infos.stdout).map((info) => [info.name, info]));
  const segments = Map.groupBy(parseSegments(tables.stdout), (segment) => segment.name);
  return [...segments].flatMap(([name, ofDevice]) => {
    const info = byName.get(name);
    const [segment, ...more] = ofDevice;
    // Gone between the two commands.
    if (info === undefined || segment === undefined) return [];
    if (more.length > 0 || !targetNameSchema.safeParse(name).success) {
      log('warn', 'a remap mapping that was not made by this program is left alone', { mapping: name });
      return [];
    }
    return [{ info, table: parseRemapTable(segment) }];
  });
}

/** The live pairs as the protocol tells them; one that goes away while it is looked at is left out. */
export async function listProtected(): Promise<ProtectedDevice[]> {
  const mappings = await listRemapMappings();
  const mounts = parseMountinfo(readText('/proc/self/mountinfo'));
  const described = await Promise.all(
    mappings.map(async ({ info, table }) => {
      const status = await readStatus(info.name).catch((thrown: unknown) => {
        if (thrown instanceof AppError && thrown.code === 'target-missing') return null;
        throw thrown;
      });
      if (status === null) return [];
      const at = mounts.filter(({ devno }) => devno === info.devno).map((mount) => mount.at);
      return [
        protectedDeviceSchema.parse({
          name: info.name,
          path: `/dev/mapper/${info.name}`,
          devno: info.devno,
          uuid: table.core['uuid'] ?? '',
          mainId: table.core['main_id'] ?? null,
          mainDevno: table.mainDevno,
          spareDevno: table.spareDevno,
          lengthSectors: table.lengthSectors,
          blockSectors: table.blockSectors,
          mountedAt: at.slice(0, 100),
          suspended: info.suspended,
          settings: parseSettings(table),
          status,
        }),
      ];
    }),
  );
  return described.flat();
}

/** The target's status line, read anew. Rejects with `target-missing` when no such pair is live. */
export async function readStatus(name: string): Promise<TargetStatus> {
  // Without --noflush, reading the state of any device may make the kernel write metadata.
  const { stdout } = await onMapping(name, ['status', '--noflush', name]);
  return parseStatus(remapSegment(name, stdout));
}

/** The table line, read anew. */
export async function readTable(name: string): Promise<RemapTable> {
  const { stdout } = await onMapping(name, ['table', name]);
  const rest = remapSegment(name, stdout);
  return parseRemapTable({ ...parseSegment(stdout), rest });
}

/** Asks the target something that changes nothing and gives its answer back. */
export async function query(name: string, message: readonly (string | number)[]): Promise<string> {
  const { stdout } = await onMapping(name, ['message', name, '0', ...message.map(String)]);
  return stdout;
}

/** Facts about one mapping of any kind; null when there is none of that name. */
export async function readInfo(name: string): Promise<MappingInfo | null> {
  if (!existsSync('/sys/class/misc/device-mapper')) return null;
  try {
    const { stdout } = await run('dmsetup', [...infoArguments, name]);
    return parseInfo(stdout)[0] ?? null;
  } catch (thrown) {
    // Any other failure says nothing about whether the mapping is there.
    if (thrown instanceof AppError && thrown.data.detail?.includes('Device does not exist') === true) return null;
    throw thrown;
  }
}

/** Runs dmsetup on a mapping; when it fails because the mapping is not there, says that. */
async function onMapping(name: string, args: readonly string[]): Promise<{ stdout: string }> {
  try {
    return await run('dmsetup', args);
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'tool-failed' && (await readInfo(name)) === null) {
      throw targetMissing(name, thrown.data.detail);
    }
    throw thrown;
  }
}

/** What follows the type of a single `remap` segment. */
function remapSegment(name: string, line: string): string {
  const lines = line.trim().split('\n');
  if (lines.length !== 1 || lines[0] === '') throw targetMissing(name);
  const segment = parseSegment(lines[0] ?? '');
  if (segment.type !== 'remap') throw targetMissing(name);
  return segment.rest;
}

/** Of a name that no pair has. */
export function targetMissing(name: string, detail?: string): AppError {
  return appError(
    'target-missing',
    `There is no protected device named "${name}" (any more).`,
    'Look at the list of protected devices again; if it should be there, activate it from its spare.',
    detail,
  );
}
