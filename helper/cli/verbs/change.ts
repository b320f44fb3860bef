import { OUTPUT_VERSION } from '../../../app/cli/spare.ts';
import { scanActionSchema, type ScanRange } from '../../../app/domain/scan.ts';
import { blockCount, type TargetStatus } from '../../../app/domain/target.ts';
import { targetMissing } from '../../mappings.ts';
import { misused } from '../arguments.ts';
import { machine, type Context } from '../context.ts';
import { statusWords } from '../words.ts';

/** Blocks that one message to the target may ask for (`target.remap`). */
export const MOST_AT_ONCE = 65_536;

export async function remap(context: Context): Promise<number> {
  const { args } = context;
  const name = args.pairName();
  const first = args.countOperand('BLOCK') ?? 0;
  const count = args.countOperand('COUNT', 1) ?? 1;
  const handlers = machine(context);
  let range = { block: first, blockCount: count };
  if (args.has('sectors')) {
    const { blockSectors } = await handlers['target.status']({ name });
    const block = Math.floor(first / blockSectors);
    range = { block, blockCount: Math.ceil((first + count) / blockSectors) - block };
  }
  if (range.blockCount > MOST_AT_ONCE) {
    throw misused(args.verb, `at most ${MOST_AT_ONCE} blocks can be moved at once, not ${range.blockCount}`);
  }
  return tell(context, name, await handlers['target.remap']({ name, ...range }));
}

export async function unmap(context: Context): Promise<number> {
  const { args } = context;
  const name = args.pairName();
  const block = args.countOperand('BLOCK') ?? 0;
  return tell(context, name, await machine(context)['target.unmap']({ name, block }));
}

export async function goOn(context: Context): Promise<number> {
  const name = context.args.pairName();
  return tell(context, name, await machine(context)['target.continue']({ name }));
}

export async function scan(context: Context): Promise<number> {
  const { args } = context;
  const name = args.pairName();
  const action = scanActionSchema.safeParse(args.operand('ACTION'));
  if (!action.success) throw misused(args.verb, `ACTION is one of ${scanActionSchema.options.join(', ')}`);
  const isRanged = ['first', 'count'].some((option) => args.has(option));
  if (isRanged && action.data !== 'start') throw misused(args.verb, 'only start takes --first and --count');
  const range = isRanged ? { range: await scanRange(context, name) } : {};
  return tell(context, name, await machine(context)['target.scan']({ name, action: action.data, ...range }));
}

/** The blocks that the options name; the helper checks them against the pair. */
async function scanRange(context: Context, name: string): Promise<ScanRange> {
  const { args } = context;
  const firstBlock = args.count('first') ?? 0;
  const count = args.count('count', 1);
  if (count !== null) return { firstBlock, blockCount: count };
  const { targets } = await machine(context)['targets.list']({});
  const target = targets.find((one) => one.name === name);
  if (target === undefined) throw targetMissing(name);
  return { firstBlock, blockCount: Math.max(1, blockCount(target) - firstBlock) };
}

function tell({ terminal, args }: Context, name: string, status: TargetStatus): number {
  if (args.has('json')) terminal.line(JSON.stringify({ version: OUTPUT_VERSION, name, status }));
  else terminal.line(`${name}: ${statusWords(status, terminal)}`);
  return 0;
}
