import { misused } from '../arguments.ts';
import { deviceAt, machine, type Context } from '../context.ts';
import { badInput } from '../input-error.ts';
import { mayBeMains } from '../words.ts';
import { planAndApply } from './planned.ts';

const DEFAULT_BLOCK_SECTORS = 8;

export async function create(context: Context): Promise<number> {
  const { args } = context;
  const name = args.pairName();
  const [main, spare] = [args.needed('main'), args.needed('spare')];
  const blockSectors = args.count('block-sectors', 1, 128) ?? DEFAULT_BLOCK_SECTORS;
  if (!Number.isInteger(Math.log2(blockSectors))) {
    throw misused(args.verb, `--block-sectors must be a power of two, not ${blockSectors}`);
  }
  return planAndApply(context, {
    action: 'create',
    main: { devno: await deviceAt(main, '--main') },
    spare: { devno: await deviceAt(spare, '--spare') },
    name,
    blockSectors,
    eraseSpare: args.has('erase'),
  });
}

export async function activate(context: Context): Promise<number> {
  const { args } = context;
  const name = args.pairName();
  const spare = args.needed('spare');
  const devno = await deviceAt(spare, '--spare');
  const main = args.text('main');
  const mainDevno = main === null ? await mainOf(context, devno, spare) : await deviceAt(main, '--main');
  return planAndApply(context, { action: 'activate', name, spare: { devno }, main: { devno: mainDevno } });
}

/** The main disk of a spare, by what the spare says of it. */
async function mainOf(context: Context, devno: string, path: string): Promise<string> {
  const { devices } = await machine(context)['devices.list']({});
  const spareOf = devices.find((device) => device.devno === devno)?.spareOf ?? null;
  if (spareOf === null) {
    throw badInput(`${path} is not a spare, or its superblock is damaged`, 'See dm-remap check.');
  }
  if (spareOf.mainDevno !== null) return spareOf.mainDevno;
  const maybe = mayBeMains(spareOf, devices);
  if (maybe !== '')
    throw badInput(`the main disk of ${path} cannot be told; it may be ${maybe}`, 'Name it with --main.');
  throw badInput(
    `the main disk of ${path} is not here: none is ${spareOf.mainId ?? 'a disk'} with ${spareOf.mainSectors} sectors`,
    'Connect it first.',
  );
}

export function deactivate(context: Context): Promise<number> {
  return planAndApply(context, { action: 'deactivate', name: context.args.pairName() });
}

export function remove(context: Context): Promise<number> {
  return planAndApply(context, { action: 'remove', name: context.args.pairName() });
}
