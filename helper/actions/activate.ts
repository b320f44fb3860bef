import type { Reason } from '../../app/domain/block-device.ts';
import type { Intent } from '../../app/domain/plan.ts';
import { formatBytes, sectorsToBytes } from '../../app/domain/units.ts';
import { appError } from '../../app/errors.ts';
import type { KnownDevice } from '../devices.ts';
import { readInfo } from '../mappings.ts';
import { commandLine } from '../run.ts';
import { contentWords, deviceWords } from '../words.ts';
import { createArguments, createMapping, takeBack, verifyMapping, withState, type MappingWish } from './mapping.ts';
import { deviceOf, surroundings, type Prepared, type View } from './prepared.ts';
import type { Steps } from './steps.ts';

type ActivateIntent = Extract<Intent, { action: 'activate' }>;

/** Puts a pair that exists into place again. Erases nothing. */
export async function prepareActivate(intent: ActivateIntent, view: View): Promise<Prepared> {
  const main = deviceOf(view, intent.main.devno, 'aging disk');
  const spare = deviceOf(view, intent.spare.devno, 'spare');
  if ((await readInfo(intent.name)) !== null) {
    throw appError('name-taken', `There is a mapping named "${intent.name}" already.`, 'Choose another name.');
  }
  const { spareOf } = spare.device;
  const uuid = spareOf?.uuid ?? '';
  const wish: MappingWish = {
    name: intent.name,
    uuid,
    mainId: spareOf?.mainId ?? null,
    mainDevno: main.device.devno,
    spareDevno: spare.device.devno,
    lengthSectors: spareOf?.mainSectors ?? main.device.sizeSectors,
    blockSectors: spareOf?.blockSectors ?? 8,
    format: false,
    settings: intent.settings ?? null,
  };
  return {
    uuid,
    seen: { main: surroundings(view, main), spare: surroundings(view, spare) },
    plan: {
      intent,
      reasons: reasonsOf(main, spare, view),
      entries: entriesOf(intent, main, spare),
      steps: [
        { id: 'create', text: 'Put the protection in place' },
        { id: 'verify', text: 'Check that it works' },
      ],
      commands: spareOf === null ? [] : [commandLine('dmsetup', createArguments(wish))],
      confirm: null,
      spareBlocks: spareOf?.usableBlocks ?? null,
    },
    execute: (steps) => execute(steps, wish),
  };
}

async function execute(steps: Steps, wish: MappingWish): Promise<void> {
  try {
    await steps.run('create', () => createMapping(wish));
    await steps.run('verify', () => verifyMapping(wish));
  } catch (thrown) {
    const gone = await takeBack(wish.name, wish.uuid);
    if (gone) steps.undone('create');
    throw withState(
      thrown,
      gone
        ? 'The pair is not active; nothing on it was lost.'
        : `The mapping "${wish.name}" could not be removed again.`,
    );
  }
}

/** Reasons about contents do not count here: what they hold is the pair's own. */
const contentCodes: ReadonlySet<Reason['code']> = new Set([
  'already-spare',
  'already-protected',
  'has-content',
  'raid-or-lvm-member',
]);

function reasonsOf(main: KnownDevice, spare: KnownDevice, view: View): Reason[] {
  const { spareOf } = spare.device;
  const reasons = [...main.device.asMain, ...spare.device.asSpare].filter(({ code }) => !contentCodes.has(code));
  const block = (code: Reason['code'], sentence: string): void => {
    reasons.push({ code, level: 'block', sentence });
  };
  if (main.device.devno === spare.device.devno) block('same-disk', 'The aging disk and the spare are the same disk.');
  if (view.found.mappings.some(({ table }) => table.mainDevno === main.device.devno)) {
    block('already-protected', 'The aging disk is protected already.');
  }
  if (spareOf === null)
    block('not-a-spare', `${deviceWords(spare.device)} is not a spare, or what it says is damaged.`);
  else if (spareOf.live) block('already-spare', 'The pair is active already.');
  else if (spareOf.mainSectors !== main.device.sizeSectors) {
    const size = formatBytes(sectorsToBytes(spareOf.mainSectors));
    block('not-its-main', `The spare belongs to another disk: one of ${size} (${spareOf.mainSectors} sectors).`);
  } else if (spareOf.mainId !== null && spareOf.mainId !== main.mainId) {
    block('not-its-main', `The spare belongs to another disk: ${spareOf.mainId}.`);
  } else if (spareOf.mayBeMain.includes(main.device.devno)) {
    const why =
      spareOf.mainId === null
        ? 'Only the size says that this is the aging disk of this spare.'
        : 'More than one disk here fits this spare.';
    const sentence = `${why} Make sure that it is the right one. With a wrong one files look damaged: write nothing then, and stop the protection again.`;
    reasons.push({ code: 'not-its-main', level: 'warn', sentence });
  }
  return reasons;
}

function entriesOf(intent: ActivateIntent, main: KnownDevice, spare: KnownDevice): Prepared['plan']['entries'] {
  return [
    {
      role: 'main',
      device: main.device,
      title: deviceWords(main.device),
      holds: contentWords(main.device.content),
      willHappen: `Is used through /dev/mapper/${intent.name} from then on.`,
      destructive: false,
    },
    {
      role: 'spare',
      device: spare.device,
      title: deviceWords(spare.device),
      holds: contentWords(spare.device.content),
      willHappen: 'Serves the blocks again that were moved to it.',
      destructive: false,
    },
    {
      role: 'mapping',
      device: null,
      title: `/dev/mapper/${intent.name}`,
      holds: 'what is on the aging disk, with the moved blocks in their places',
      willHappen: 'Is made. Mount this.',
      destructive: false,
    },
  ];
}
