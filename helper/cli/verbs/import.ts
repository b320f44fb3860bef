import { readFile } from 'node:fs/promises';

import { OUTPUT_VERSION } from '../../../app/cli/spare.ts';
import { blockCount, type ProtectedDevice } from '../../../app/domain/target.ts';
import { formatCount, formatCounted } from '../../../app/domain/units.ts';
import { AppError } from '../../../app/errors.ts';
import { MAX_ROWS } from '../../../app/protocol/methods.ts';
import type { Handlers } from '../../../app/protocol/server.ts';
import { targetMissing } from '../../mappings.ts';
import { errnoOf } from '../../raw-device.ts';
import { misused } from '../arguments.ts';
import { machine, type Context } from '../context.ts';
import { parseBadblocks } from '../import/badblocks.ts';
import { parseDdrescue } from '../import/ddrescue.ts';
import { inPieces, totalOf, unitsTouched, type Range } from '../import/ranges.ts';
import { badInput } from '../input-error.ts';
import { MOST_AT_ONCE } from './change.ts';

/** Moves the blocks of a list. Everything is checked before the first is moved. */
export async function importList(context: Context): Promise<number> {
  const { terminal, args, ended } = context;
  const name = args.pairName();
  const bytes = await readRanges(context);
  const handlers = machine(context);
  const target = (await handlers['targets.list']({})).targets.find((one) => one.name === name);
  if (target === undefined) throw targetMissing(name);
  const ranges = unitsTouched(bytes, target.blockSectors * 512);
  const blocks = totalOf(ranges);
  refuseBeyondEnd(bytes, target);
  const alreadyMapped = await countMapped(handlers, name, ranges);
  const { status } = target;
  const free = status.spareTotal - status.spareUsed - status.spareBad;
  if (blocks - alreadyMapped > free) {
    throw badInput(
      `the list has ${formatCounted(blocks - alreadyMapped, 'block')} to move, and the spare has ${formatCounted(free, 'free block')}`,
      'Nothing was changed. Use a larger spare.',
    );
  }
  const dryRun = args.has('dry-run');
  let moved = 0;
  let after = status;
  for (const { from, to } of dryRun ? [] : inPieces(ranges, MOST_AT_ONCE)) {
    if (ended.aborted) {
      throw badInput(
        `ended by a signal: ${moved} of ${blocks} blocks of the list were gone through`,
        'Import it again to go on.',
      );
    }
    try {
      after = await handlers['target.remap']({ name, block: from, blockCount: to - from });
    } catch (thrown) {
      throw stoppedAt(thrown, moved, blocks);
    }
    moved += to - from;
  }
  if (args.has('json')) {
    terminal.line(JSON.stringify({ version: OUTPUT_VERSION, name, blocks, alreadyMapped, dryRun, status: after }));
    return 0;
  }
  const of = `${formatCounted(blocks, 'block')} of ${name}, ${formatCount(alreadyMapped)} of them on the spare before`;
  terminal.line(dryRun ? `The list has ${of}. Nothing was changed.` : `Moved ${of}.`);
  return 0;
}

async function readRanges({ args }: Context): Promise<Range[]> {
  const file = args.neededOperand('FILE');
  const blockBytes = args.count('badblocks', 512, 1024 * 1024);
  if ((blockBytes === null) !== args.has('ddrescue')) {
    throw misused(args.verb, 'say what FILE is: either --badblocks BYTES or --ddrescue');
  }
  if (blockBytes !== null && (blockBytes % 512 !== 0 || args.has('failed'))) {
    throw misused(
      args.verb,
      args.has('failed') ? '--failed goes with --ddrescue' : '--badblocks must be a multiple of 512',
    );
  }
  const text = await readFile(file, 'utf8').catch((thrown: unknown) => {
    if (errnoOf(thrown) === null) throw thrown;
    throw badInput(`${JSON.stringify(file)} cannot be read (${errnoOf(thrown) ?? ''})`, 'Name the list.');
  });
  return blockBytes === null ? parseDdrescue(text, { failed: args.has('failed') }) : parseBadblocks(text, blockBytes);
}

/** A list of another disk, or read with a wrong block size, shows by what lies beyond the end. */
function refuseBeyondEnd(bytes: readonly Range[], target: ProtectedDevice): void {
  const size = target.lengthSectors * 512;
  const beyond = bytes.find(({ to }) => to > size);
  if (beyond === undefined) return;
  throw badInput(
    `the list speaks of byte ${beyond.from}, and "${target.name}" ends at ${size} (${blockCount(target)} blocks): it is of another disk, or its block size is another`,
  );
}

/** How many blocks of the ranges are on the spare already. */
async function countMapped(handlers: Handlers, name: string, ranges: readonly Range[]): Promise<number> {
  let count = 0;
  for (const { from, to } of ranges) {
    let cursor: number | null = from;
    while (cursor !== null && cursor < to) {
      const page: Awaited<ReturnType<Handlers['target.remaps']>> = await handlers['target.remaps']({
        name,
        cursor,
        max: Math.min(MAX_ROWS, to - cursor),
      });
      count += page.rows.filter(({ block, state }) => block < to && state === 'mapped').length;
      cursor = page.rows.length === 0 ? null : page.next;
    }
  }
  return count;
}

function stoppedAt(thrown: unknown, moved: number, blocks: number): unknown {
  if (!(thrown instanceof AppError)) return thrown;
  const how = `${formatCount(moved)} of ${formatCounted(blocks, 'block')} of the list were gone through before that.`;
  return new AppError({ ...thrown.data, sentence: `${thrown.data.sentence} ${how}`.slice(0, 2000) }, { cause: thrown });
}
