import type { BlockDevice, Content } from '../app/domain/block-device.ts';
import { fitDevice } from './fit.ts';
import { mainId } from './identity.ts';
import { kindOf } from './kind.ts';
import { listRemapMappings, type RemapMapping } from './mappings.ts';
import { readContents, type DiskContents, type KnownContents } from './disk-contents.ts';
import { lsblkArguments, parseLsblk, type LsblkDevice } from './parse/block.ts';
import { listMounts } from './mounts.ts';
import { parseSwaps, type Mount } from './parse/proc.ts';
import { devnoAt, isClaimed } from './raw-device.ts';
import { readText } from './read-text.ts';
import { reasonsFor, type Candidate } from './reasons.ts';
import { run } from './run.ts';
import { within } from './within.ts';
import { spareOfFacts } from './spare-of.ts';
import { friendlyName, readSysBlock, type SysBlock } from './sysfs.ts';

/** Everything that was read about one device. */
export interface Facts extends DiskContents {
  readonly lsblk: LsblkDevice;
  readonly sys: SysBlock;
  readonly claimed: boolean;
}

/** Everything that was read about the machine's block devices, at one moment. */
export interface Survey {
  readonly facts: readonly Facts[];
  readonly mounts: readonly Mount[];
  /** devnos used as swap. */
  readonly swaps: readonly string[];
  readonly mappings: readonly RemapMapping[];
  /** Names of mappings and arrays by kernel name (`dm-0` to `vg-root`). */
  readonly names: ReadonlyMap<string, string>;
}

/** A device with what a plan needs of it beyond what is told. */
export interface KnownDevice {
  readonly device: BlockDevice;
  readonly mainId: string | null;
  readonly sequence: number | null;
}

/** Mounts below which the running system stands. */
const systemMounts = new Set(['/', '/boot', '/boot/efi', '/usr']);

/**
 * Reads everything anew, but with `keep` not the contents of devices that are as `known` has them. A device that goes away
 * meanwhile is left out.
 */
export async function survey(known: KnownContents | null = null, keep = false): Promise<Survey> {
  const [listed, mappings] = await Promise.all([run('lsblk', lsblkArguments), listRemapMappings()]);
  const devices = parseLsblk(listed.stdout).flatMap((lsblk) => {
    const sys = readSysBlock(lsblk['maj:min']);
    // Loop and RAM devices that hold nothing are there on every machine, in dozens.
    const idle =
      sys === null || (sys.sizeSectors === 0 && (lsblk.type === 'loop' || /^(zram|ram)\d/.test(lsblk.kname)));
    return idle ? [] : [{ lsblk, sys }];
  });
  const contents = await readContents(
    devices.filter(({ lsblk, sys }) => isProbed(lsblk, sys)),
    { known, keep },
  );
  const facts = await Promise.all(devices.map(({ lsblk, sys }) => probe(lsblk, sys, contents)));
  const mounts = await listMounts();
  const swaps = await Promise.all(parseSwaps(readText('/proc/swaps')).map(devnoAt));
  const holders = new Set(devices.flatMap(({ sys }) => sys.holders));
  return {
    facts,
    mounts,
    swaps: swaps.filter((devno) => devno !== null),
    mappings,
    names: new Map([...holders].map((name) => [name, friendlyName(name)])),
  };
}

async function probe(lsblk: LsblkDevice, sys: SysBlock, contents: ReadonlyMap<string, DiskContents>): Promise<Facts> {
  const found = contents.get(lsblk['maj:min']);
  if (found === undefined) return { lsblk, sys, content: null, spare: { kind: 'none' }, claimed: false };
  // A device that cannot even be opened is told by its contents; for its use, sysfs is believed.
  const claimed = await within(
    isClaimed(lsblk.path).catch(() => false),
    false,
  );
  return { lsblk, sys, ...found, claimed };
}

/** Whose contents are looked at: only root may, and an empty drive or a disc has none that matter. */
function isProbed(lsblk: LsblkDevice, sys: SysBlock): boolean {
  return sys.sizeSectors > 0 && lsblk.type !== 'rom' && process.getuid?.() === 0;
}

/**
 * Judges what a survey found. Pure: the same survey gives the same devices. Each is judged by all that was found; one that
 * cannot be told is left out only after that.
 */
export function describe(found: Survey): KnownDevice[] {
  const bases = found.facts.map((facts) => base(facts, found));
  const systemDisks = disksOfSystem(found);
  const nameOfWaiting = (isIts: (spareOf: SpareOf) => boolean): string | null => {
    const waiting = bases.find(({ known: { device } }) => isWaiting(device.spareOf) && isIts(device.spareOf));
    return waiting?.known.device.name ?? null;
  };
  return bases.flatMap(({ known, facts }): KnownDevice[] => {
    const { device } = known;
    const candidate: Candidate = {
      ...device,
      ...judged(facts, found),
      system: systemDisks.has(device.diskDevno),
      partitions: bases
        .map((other) => other.known.device)
        .filter((other) => other.kind === 'partition' && other.diskDevno === device.devno),
      disk:
        device.kind === 'partition'
          ? (bases.map((other) => other.known.device).find(({ devno }) => devno === device.diskDevno) ?? null)
          : null,
      awaitedBy: nameOfWaiting(({ mainDevno }) => mainDevno === device.devno),
      mayBeAwaitedBy: nameOfWaiting(({ mayBeMain }) => mayBeMain.includes(device.devno)),
      mayBeMain: bases
        .map((other) => other.known.device)
        .filter(({ devno }) => device.spareOf?.mayBeMain.includes(devno) === true)
        .map(({ name }) => name),
    };
    const whole = { ...device, asMain: reasonsFor(candidate, 'main'), asSpare: reasonsFor(candidate, 'spare') };
    const fitted = fitDevice(whole);
    return fitted === null ? [] : [{ ...known, device: fitted }];
  });
}

type SpareOf = NonNullable<BlockDevice['spareOf']>;

function isWaiting(spareOf: BlockDevice['spareOf']): spareOf is SpareOf {
  return spareOf !== null && !spareOf.live;
}

interface Base {
  readonly facts: Facts;
  readonly known: KnownDevice;
}

function base(facts: Facts, found: Survey): Base {
  const { lsblk, sys } = facts;
  const devno = lsblk['maj:min'];
  const wwn = sys.wwn;
  const serial = sys.serial ?? trimmed(lsblk.serial);
  const device: BlockDevice = {
    devno,
    name: lsblk.kname,
    path: lsblk.path,
    kind: kindOf(lsblk, sys),
    diskDevno: sys.diskDevno,
    model: trimmed(lsblk.model),
    serial,
    wwn,
    transport: lsblk.tran ?? sys.transport,
    rotational: lsblk.rota,
    removable: lsblk.rm,
    readOnly: lsblk.ro || sys.readOnly,
    sizeSectors: sys.sizeSectors,
    startSectors: sys.startSectors,
    logicalBlockBytes: lsblk['log-sec'],
    physicalBlockBytes: lsblk['phy-sec'],
    content: contentOf(facts),
    users: usersOf(devno, facts, found),
    asMain: [],
    asSpare: [],
    spareOf: spareOfFacts(facts, found),
  };
  return { facts, known: { device, mainId: mainId({ wwn, serial }, sys.partition), sequence: sys.sequence } };
}

function trimmed(text: string | null): string | null {
  const kept = text?.trim() ?? '';
  return kept === '' ? null : kept;
}

function contentOf({ content, spare }: Facts): Content | null {
  if (content !== null && content !== 'unreadable') return content;
  if (spare.kind !== 'valid' && spare.kind !== 'unusable') return null;
  const uuid = spare.kind === 'valid' ? spare.superblock.uuid : null;
  return { type: 'dm_remap_spare', usage: 'spare', label: null, uuid };
}

function usersOf(devno: string, { sys }: Facts, found: Survey): BlockDevice['users'] {
  const mounts = found.mounts
    .filter((mount) => mount.devno === devno)
    .map(({ at }) => ({ kind: 'mount' as const, at }));
  const swap = found.swaps.includes(devno) ? [{ kind: 'swap' as const }] : [];
  const holders = sys.holders.map((name) => ({ kind: 'holder' as const, name: found.names.get(name) ?? name }));
  return [...mounts, ...swap, ...holders];
}

function judged(
  facts: Facts,
  found: Survey,
): Pick<Candidate, 'zoned' | 'claimed' | 'unreadable' | 'damagedSpare' | 'pair'> {
  const devno = facts.lsblk['maj:min'];
  const asMain = found.mappings.find(({ table }) => table.mainDevno === devno);
  const asSpare = found.mappings.find(({ table }) => table.spareDevno === devno);
  const pair =
    asMain !== undefined
      ? { name: asMain.info.name, role: 'main' as const }
      : asSpare !== undefined
        ? { name: asSpare.info.name, role: 'spare' as const }
        : null;
  return {
    zoned: facts.sys.zoned,
    claimed: facts.claimed,
    unreadable: facts.content === 'unreadable' || facts.spare.kind === 'unreadable',
    damagedSpare: facts.spare.kind === 'unusable',
    pair,
  };
}

/** Whole disks under the root, boot, /usr and swap, through any mapping or array between. */
function disksOfSystem(found: Survey): Set<string> {
  const byDevno = new Map(found.facts.map((facts) => [facts.lsblk['maj:min'], facts.sys]));
  const seen = new Set<string>();
  const queue = [...found.mounts.filter(({ at }) => systemMounts.has(at)).map(({ devno }) => devno), ...found.swaps];
  for (let devno = queue.pop(); devno !== undefined; devno = queue.pop()) {
    const sys = byDevno.get(devno);
    if (seen.has(devno) || sys === undefined) continue;
    seen.add(devno);
    queue.push(sys.diskDevno, ...sys.slaves);
  }
  return seen;
}
