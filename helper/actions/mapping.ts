import { settingWords, type PairSettings } from '../../app/domain/settings.ts';
import { AppError, appError, toErrorData, type ErrorCode } from '../../app/errors.ts';
import { KernelLog, refusalReason } from '../kernel-log.ts';
import { readInfo, readStatus, readTable, UUID_PREFIX } from '../mappings.ts';
import type { RemapTable } from '../parse/table.ts';
import { run } from '../run.ts';

/** What a mapping is made from. Sizes in sectors. */
export interface MappingWish {
  readonly name: string;
  readonly uuid: string;
  readonly mainId: string | null;
  readonly mainDevno: string;
  readonly spareDevno: string;
  readonly lengthSectors: number;
  readonly blockSectors: number;
  /** Write new metadata onto a blank spare. */
  readonly format: boolean;
  /** null for the target's own. */
  readonly settings: PairSettings | null;
}

/** Arguments of the dmsetup call that makes the mapping. */
export function createArguments(wish: MappingWish): string[] {
  const identity = ['uuid', wish.uuid, ...(wish.mainId === null ? [] : ['main_id', wish.mainId])];
  const core = [...identity, ...settingWords(wish.settings ?? {}).flat()];
  const features = wish.format ? ['1', 'format'] : ['0'];
  const devices = [wish.mainDevno, wish.spareDevno, wish.blockSectors];
  const table = [0, wish.lengthSectors, 'remap', ...devices, ...features, core.length, ...core].join(' ');
  return ['create', wish.name, '--uuid', `${UUID_PREFIX}${wish.uuid}`, '--table', table];
}

/** Makes the mapping. dmsetup makes, loads and resumes it in one go and takes it back itself when one of these fails. */
export async function createMapping(wish: MappingWish): Promise<void> {
  await withKernelReason('The kernel refused to put the protection in place', () =>
    run('dmsetup', createArguments(wish)),
  );
}

/** Removes a mapping that nobody has open. Waits a little for programs that only look at new devices. */
export async function removeMapping(name: string): Promise<void> {
  await withKernelReason('The kernel refused to end the protection', () => run('dmsetup', ['remove', '--retry', name]));
}

/** Checks that what runs is what was meant. */
export async function verifyMapping(wish: MappingWish): Promise<void> {
  const [table, status] = [await readTable(wish.name), await readStatus(wish.name)];
  const differences = differencesOf(wish, table);
  // A new pair must be able to move blocks. One that exists is wanted as long as it serves what it has.
  if (wish.format ? status.mode !== 'rw' : status.mode === 'fail') differences.push(`mode is ${status.mode}`);
  if (differences.length > 0) {
    throw appError(
      'target-refused',
      'The protection was started, but it is not what was asked for.',
      'Report this with the details below.',
      differences.join('\n'),
    );
  }
}

/** What differs between a table and the wish it was made from. */
export function differencesOf(wish: MappingWish, table: RemapTable): string[] {
  const pairs: readonly (readonly [string, string | number | undefined, string | number])[] = [
    ['uuid', table.core['uuid']?.toLowerCase(), wish.uuid],
    ['main_id', table.core['main_id'] ?? '', wish.mainId ?? ''],
    ['main', table.mainDevno, wish.mainDevno],
    ['spare', table.spareDevno, wish.spareDevno],
    ['length', table.lengthSectors, wish.lengthSectors],
    ['block sectors', table.blockSectors, wish.blockSectors],
    ...settingWords(wish.settings ?? {}).map(([key, value]) => [key, Number(table.core[key]), value] as const),
  ];
  return pairs
    .filter(([, is, meant]) => is !== meant)
    .map(([what, is, meant]) => `${what} is ${is ?? 'not there'}, not ${meant}`);
}

/** Runs what the kernel may refuse; adds the reason that it logs, which a tool does not see, to the error. */
export async function withKernelReason<T>(sentence: string, work: () => Promise<T>): Promise<T> {
  const kernel = KernelLog.open();
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'tool-failed') throw thrown;
    throw refusal(sentence, kernel.lines(), thrown);
  } finally {
    kernel.close();
  }
}

/** An error for a refusal of the kernel, from what it logged. */
export function refusal(sentence: string, lines: readonly string[], cause: AppError): AppError {
  const reason = refusalReason(lines);
  const detail = [...lines, cause.data.detail ?? ''].join('\n').slice(0, 20_000);
  if (detail.includes('unknown target type')) {
    return appError(
      'module-missing',
      `${sentence}: the module dm-remap is not installed for this kernel.`,
      'Build it from the source of dm-remap Desktop (the README has the commands), then try again.',
      detail,
    );
  }
  const [code, remedy] = remedyFor(reason ?? '');
  return appError(code, reason === null ? `${sentence}.` : `${sentence}: ${reason}.`, remedy, detail);
}

function remedyFor(reason: string): [ErrorCode, string] {
  if (/too small|needs at least/i.test(reason)) return ['spare-too-small', 'Choose a larger disk as the spare.'];
  if (/spare/i.test(reason)) return ['spare-refused', 'Make sure that this is the right spare, or choose another one.'];
  return [
    'target-refused',
    'Look at the list of disks again and plan again; the details say why in the words of the kernel.',
  ];
}

/** Adds to an error what was undone and how things stand now. */
export function withState(thrown: unknown, state: string): AppError {
  const data = toErrorData(thrown);
  return new AppError({ ...data, sentence: `${data.sentence} ${state}`.slice(0, 2000) }, { cause: thrown });
}

/** Takes back a mapping that was just made, if it is there. True when none of that name is left. */
export async function takeBack(name: string, uuid: string): Promise<boolean> {
  const info = await readInfo(name);
  if (info === null) return true;
  // Somebody else's mapping, made in this very moment under the same name.
  if (info.uuid !== `${UUID_PREFIX}${uuid}`) return false;
  return removeMapping(name).then(
    () => true,
    () => false,
  );
}
