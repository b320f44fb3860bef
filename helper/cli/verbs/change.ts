import { OUTPUT_VERSION } from '../../../app/cli/spare.ts';
import { scanActionSchema } from '../../../app/domain/scan.ts';
import type { TargetStatus } from '../../../app/domain/target.ts';
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
  return tell(context, name, await machine(context)['target.scan']({ name, action: action.data }));
}

function tell({ terminal, args }: Context, name: string, status: TargetStatus): number {
  if (args.has('json')) terminal.line(JSON.stringify({ version: OUTPUT_VERSION, name, status }));
  else terminal.line(`${name}: ${statusWords(status, terminal)}`);
  return 0;
}
