import { createHash } from 'node:crypto';

import type { Reason } from '../../app/domain/block-device.ts';
import { confirmationFor, type Intent } from '../../app/domain/plan.ts';
import { formatBytes, formatCounted, sectorsToBytes } from '../../app/domain/units.ts';
import { appError } from '../../app/errors.ts';
import type { KnownDevice } from '../devices.ts';
import { smallestSpareSectors, superblockPlaces, UNIT_BYTES, usableBlocks } from '../layout.ts';
import { readInfo } from '../mappings.ts';
import { devnoAt, isClaimed, readAligned, zeroPlaces } from '../raw-device.ts';
import { pairingReasons } from '../reasons.ts';
import { commandLine, run } from '../run.ts';
import { contentWords, deviceWords } from '../words.ts';
import { createArguments, createMapping, takeBack, verifyMapping, withState, type MappingWish } from './mapping.ts';
import { deviceOf, surroundings, type Prepared, type View } from './prepared.ts';
import type { Steps } from './steps.ts';

type CreateIntent = Extract<Intent, { action: 'create' }>;

/** Bytes at either end of the spare that take part in the digest: most of what makes a disk more than blank is there. */
const EDGE_BYTES = 64 * 1024;

/** Makes a pair: erases the spare's signatures and superblocks, then puts the target over main. */
export async function prepareCreate(intent: CreateIntent, view: View, uuid: string): Promise<Prepared> {
  const main = deviceOf(view, intent.main.devno, 'aging disk');
  const spare = deviceOf(view, intent.spare.devno, 'spare');
  await refuseName(intent.name);
  refuseBlockSize(intent.blockSectors, main, spare);
  const raw = await inspectRaw(spare);
  const spareBlocks = usableBlocks(spare.device.sizeSectors, intent.blockSectors);
  const reasons = [
    ...main.device.asMain,
    ...spareReasons(spare, raw, intent.eraseSpare),
    ...pairingReasons(main.device, spare.device),
    ...sizeReasons(spareBlocks, intent.blockSectors),
  ];
  const wish: MappingWish = {
    name: intent.name,
    uuid,
    mainId: main.mainId,
    mainDevno: main.device.devno,
    spareDevno: spare.device.devno,
    lengthSectors: main.device.sizeSectors,
    blockSectors: intent.blockSectors,
    format: true,
    settings: null,
  };
  const confirmation = confirmationFor(spare.device);
  return {
    uuid,
    seen: { main: surroundings(view, main), spare: surroundings(view, spare), raw },
    plan: {
      intent,
      reasons,
      spareBlocks,
      entries: entriesOf(intent, main, spare, raw, spareBlocks),
      steps: [
        { id: 'check', text: 'Check again that both disks are as they were' },
        { id: 'erase', text: `Erase what ${spare.device.name} holds` },
        { id: 'create', text: 'Put the protection in place' },
        { id: 'verify', text: 'Check that it works' },
      ],
      commands: [
        commandLine('wipefs', wipeArguments(spare)),
        ...superblockPlaces(spare.device.sizeSectors).map((offset) => zeroCommand(spare.device.path, offset)),
        commandLine('dmsetup', createArguments(wish)),
      ],
      confirm: confirmation,
    },
    execute: (steps) => execute(steps, wish, main, spare),
  };
}

async function execute(steps: Steps, wish: MappingWish, main: KnownDevice, spare: KnownDevice): Promise<void> {
  await steps.run('check', () => checkFree([main, spare]));
  await steps
    .run('erase', async () => {
      await run('wipefs', wipeArguments(spare), { timeoutMs: 120_000 });
      const places = superblockPlaces(spare.device.sizeSectors);
      await zeroPlaces(spare.device.path, spare.device.devno, places, UNIT_BYTES);
    })
    .catch((thrown: unknown) => {
      throw withState(thrown, 'The aging disk was not touched. The spare may have been erased in part.');
    });
  try {
    await steps.run('create', () => createMapping(wish));
    await steps.run('verify', () => verifyMapping(wish));
  } catch (thrown) {
    const gone = await takeBack(wish.name, wish.uuid);
    if (gone) steps.undone('create');
    const mapping = gone ? 'No protection is in place' : `The mapping "${wish.name}" could not be removed again`;
    throw withState(thrown, `${mapping}; the aging disk is as it was. The spare was erased, which cannot be undone.`);
  }
}

/** Both must be free at the same moment, and the nodes must still be the devices that were looked at. */
async function checkFree(devices: readonly KnownDevice[]): Promise<void> {
  for (const { device } of devices) {
    if ((await devnoAt(device.path)) !== device.devno) {
      throw appError(
        'device-changed',
        `${device.path} is not the disk any more that was chosen. Nothing was changed.`,
        'Look at the list of disks again and choose again.',
      );
    }
    if (await isClaimed(device.path)) {
      throw appError(
        'device-unusable',
        `${deviceWords(device)} is in use. Nothing was changed.`,
        'Close whatever uses it, then look at what would happen once more.',
      );
    }
  }
}

/** What the spare holds where no signature tells it. */
interface RawContents {
  /** Digest of both edges; null when they cannot be read. */
  readonly edges: string | null;
  /** Something other than zeroes stands where the target will write its superblock. */
  readonly blank: boolean;
}

async function inspectRaw({ device }: KnownDevice): Promise<RawContents> {
  const digest = createHash('sha256');
  let blank = true;
  try {
    await readAligned(device.path, async (read) => {
      const size = sectorsToBytes(device.sizeSectors);
      const edge = Math.min(EDGE_BYTES, Math.floor(size / UNIT_BYTES) * UNIT_BYTES);
      const last = Math.floor((size - edge) / UNIT_BYTES) * UNIT_BYTES;
      for (const offset of [0, last]) digest.update(await read(offset, edge));
      for (const offset of superblockPlaces(device.sizeSectors)) {
        blank &&= (await read(offset, UNIT_BYTES)).every((byte) => byte === 0);
      }
    });
    return { edges: digest.digest('hex'), blank };
  } catch {
    return { edges: null, blank: false };
  }
}

/** What of a spare may be gone over when its owner agrees that it is erased. */
const consented: ReadonlySet<Reason['code']> = new Set(['has-content', 'already-spare', 'already-protected']);

function spareReasons({ device }: KnownDevice, raw: RawContents, eraseSpare: boolean): Reason[] {
  const reasons = [...device.asSpare];
  if (raw.edges === null && !reasons.some(({ level }) => level === 'block')) {
    const sentence = 'Parts of it cannot be read, so nobody can say what is on it. A spare must be sound.';
    reasons.push({ code: 'unreadable', level: 'block', sentence });
  } else if (!raw.blank && device.content === null && !reasons.some(({ code }) => code === 'has-content')) {
    const sentence = 'It holds data of a kind that is not known. Everything on it would be erased.';
    reasons.push({ code: 'has-content', level: 'warn', sentence });
  }
  if (eraseSpare) return reasons;
  return reasons.map((reason) =>
    reason.level === 'warn' && consented.has(reason.code)
      ? { ...reason, level: 'block', sentence: `${reason.sentence} Agree to that, or choose another spare.` }
      : reason,
  );
}

function sizeReasons(spareBlocks: number | null, blockSectors: number): Reason[] {
  if (spareBlocks !== null) return [];
  const smallest = formatBytes(sectorsToBytes(smallestSpareSectors(blockSectors)));
  return [{ code: 'too-small', level: 'block', sentence: `The spare is too small: at least ${smallest} are needed.` }];
}

function entriesOf(
  intent: CreateIntent,
  main: KnownDevice,
  spare: KnownDevice,
  raw: RawContents,
  spareBlocks: number | null,
): Prepared['plan']['entries'] {
  const known =
    main.mainId === null ? ' It tells neither serial number nor WWN: only its size can be checked later.' : '';
  const blocks = spareBlocks === null ? 'blocks' : formatCounted(spareBlocks, 'block');
  const unknown = spare.device.content === null && !raw.blank;
  return [
    {
      role: 'main',
      device: main.device,
      title: deviceWords(main.device),
      holds: contentWords(main.device.content),
      willHappen: `Stays as it is. From then on it is used through /dev/mapper/${intent.name} only.${known}`,
      destructive: false,
    },
    {
      role: 'spare',
      device: spare.device,
      title: deviceWords(spare.device),
      holds: unknown ? 'data of a kind that is not known' : contentWords(spare.device.content),
      willHappen: `Everything on it is erased. It then stands in for up to ${blocks} of the aging disk.`,
      destructive: true,
    },
    {
      role: 'mapping',
      device: null,
      title: `/dev/mapper/${intent.name}`,
      holds: 'what is on the aging disk',
      willHappen: `Is made, ${formatBytes(sectorsToBytes(main.device.sizeSectors))} large. Mount this from now on.`,
      destructive: false,
    },
  ];
}

async function refuseName(name: string): Promise<void> {
  if ((await readInfo(name)) === null) return;
  throw appError('name-taken', `There is a mapping named "${name}" already.`, 'Choose another name.');
}

function refuseBlockSize(blockSectors: number, main: KnownDevice, spare: KnownDevice): void {
  const least = Math.max(main.device.logicalBlockBytes, spare.device.logicalBlockBytes) / 512;
  if (Number.isInteger(Math.log2(blockSectors)) && blockSectors >= least) return;
  throw appError(
    'bad-request',
    `Blocks of ${formatCounted(blockSectors, 'sector')} cannot be used with these disks.`,
    `Use a power of two from ${least} to 128 sectors; 8 is the usual choice.`,
  );
}

function wipeArguments({ device }: KnownDevice): string[] {
  return ['--all', device.path];
}

function zeroCommand(path: string, offset: number): string {
  const seek = offset / UNIT_BYTES;
  return `dd if=/dev/zero of=${path} bs=${UNIT_BYTES} count=1 seek=${seek} oflag=direct conv=notrunc,fsync`;
}
