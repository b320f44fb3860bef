import { OUTPUT_VERSION } from '../../../app/cli/spare.ts';
import type { RemapRow } from '../../../app/domain/target.ts';
import { blockCount } from '../../../app/domain/target.ts';
import { MAX_CELLS, MAX_ROWS } from '../../../app/protocol/methods.ts';
import { targetMissing } from '../../mappings.ts';
import { misused } from '../arguments.ts';
import { machine, type Context } from '../context.ts';
import { aligned, JsonObject } from '../terminal.ts';
import { eventHeading, eventRow, timeOf } from '../words.ts';

const DEFAULT_CELLS = 64;

interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next: number | null;
}

/** Prints pages of rows until there are no more or `--max` is reached. */
async function printPages<Row>(
  context: Context,
  what: { readonly name: string; readonly array: string; readonly heading: readonly string[]; readonly from: number },
  read: (from: number, max: number) => Promise<Page<Row>>,
  words: (row: Row) => string[],
): Promise<void> {
  const { terminal, args } = context;
  const json = args.has('json')
    ? new JsonObject(terminal, { version: OUTPUT_VERSION, name: what.name }, what.array)
    : null;
  let left = args.count('max', 1) ?? Infinity;
  let from: number | null = what.from;
  let heading: readonly string[] | null = what.heading;
  while (from !== null && left > 0) {
    const page: Page<Row> = await read(from, Math.min(left, MAX_ROWS));
    left -= page.rows.length;
    from = page.next;
    if (json !== null) for (const row of page.rows) json.row(row);
    else if (page.rows.length > 0) {
      const rows = page.rows.map(words);
      for (const line of aligned(heading === null ? rows : [heading, ...rows])) terminal.line(line);
      heading = null;
    }
    if (page.rows.length === 0) break;
  }
  json?.end({ next: from });
}

export async function remaps(context: Context): Promise<number> {
  const name = context.args.pairName();
  const from = context.args.count('from') ?? 0;
  const handlers = machine(context);
  await printPages(
    context,
    { name, array: 'remaps', heading: ['BLOCK', 'SPARE-BLOCK', 'STATE', 'CAUSE', 'RESIDENCY', 'SINCE'], from },
    (cursor, max) => handlers['target.remaps']({ name, cursor, max }),
    ({ block, spareBlock, state, cause, residency, seconds }: RemapRow) => [
      String(block),
      String(spareBlock ?? '-'),
      state,
      cause ?? '-',
      residency,
      timeOf(seconds),
    ],
  );
  return 0;
}

export async function events(context: Context): Promise<number> {
  const name = context.args.pairName();
  const from = context.args.count('after') ?? 0;
  const handlers = machine(context);
  await printPages(
    context,
    { name, array: 'events', heading: eventHeading, from },
    async (after, max) => {
      const page = await handlers['target.events']({ name, after, max });
      return { rows: page.events, next: page.next };
    },
    eventRow,
  );
  return 0;
}

export async function health(context: Context): Promise<number> {
  const { terminal, args } = context;
  const name = args.pairName();
  const firstBlock = args.count('first') ?? 0;
  const handlers = machine(context);
  const { targets } = await handlers['targets.list']({});
  const target = targets.find((one) => one.name === name);
  if (target === undefined) throw targetMissing(name);
  const blocks = blockCount(target);
  if (firstBlock >= blocks)
    throw misused(args.verb, `--first must be below ${blocks}, the number of blocks of "${name}"`);
  const count = args.count('count', 1, blocks - firstBlock) ?? blocks - firstBlock;
  const cells = args.count('cells', 1, MAX_CELLS) ?? Math.min(DEFAULT_CELLS, count);
  const found = await handlers['target.health']({ name, firstBlock, blockCount: count, cells });
  if (args.has('json')) {
    const head = { version: OUTPUT_VERSION, name, firstBlock, blockCount: count, cells };
    terminal.line(JSON.stringify({ ...head, health: found.cells }));
    return 0;
  }
  if (found.cells.length === 0) terminal.line(`Nothing is known of these ${count} blocks that is worth telling.`);
  else {
    const rows = found.cells.map((cell) => [
      String(firstBlock + Math.floor((cell.cell * count) / cells)),
      String(cell.mapped),
      String(cell.pending),
      String(cell.soft),
      String(cell.slow),
      String(cell.worstLatencyUs),
      `${cell.risk}`,
    ]);
    const heading = ['FROM-BLOCK', 'MAPPED', 'PENDING', 'SOFT', 'SLOW', 'WORST-US', 'RISK-%'];
    for (const line of aligned([heading, ...rows])) terminal.line(line);
  }
  return 0;
}
