import { OUTPUT_VERSION, type CheckVerdict, type Finding, type SpareSummary } from '../../../app/cli/spare.ts';
import { formatCounted } from '../../../app/domain/units.ts';
import { appError } from '../../../app/errors.ts';
import { UNIT_SECTORS } from '../../layout.ts';
import { checkSpare, type Checked, type Repairs } from '../../spare/check.ts';
import { repairInPlace, writeRepaired } from '../../spare/repair.ts';
import { SpareFile } from '../../spare/source.ts';
import { misused } from '../arguments.ts';
import type { Context } from '../context.ts';
import { JsonObject, type Terminal } from '../terminal.ts';

const exitCodes: Record<CheckVerdict, number> = { clean: 0, repairable: 1, unrepairable: 2 };

/** Opens what the operand names, for as long as `use` runs. */
export async function withSpare<T>(
  context: Context,
  access: 'read' | 'write',
  use: (file: SpareFile) => Promise<T>,
): Promise<T> {
  const file = await SpareFile.open(context.args.neededOperand('SPARE'), access);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

export function check(context: Context): Promise<number> {
  return withSpare(context, 'read', async (file) => {
    const { terminal, args } = context;
    const json = args.has('json') ? findingsAsJson(terminal, file.path) : null;
    const { verdict, summary } = await checkSpare(file, (finding) => {
      if (json === null) terminal.line(findingLine(finding, terminal));
      else json.row(finding);
    });
    if (json === null) terminal.line(verdictLine(file.path, verdict, summary));
    else json.end({ verdict, spare: summary });
    return exitCodes[verdict];
  });
}

export function repair(context: Context): Promise<number> {
  const { terminal, args } = context;
  const output = args.text('output');
  const inPlace = args.has('yes');
  if (inPlace && output !== null) throw misused(args.verb, 'either --yes or --output, not both');
  return withSpare(context, inPlace ? 'write' : 'read', async (file) => {
    const json = args.has('json') ? findingsAsJson(terminal, file.path) : null;
    const checked = await checkSpare(file, (finding) => {
      if (json === null) terminal.line(findingLine(finding, terminal));
      else json.row(finding);
    });
    const { verdict, summary, repairs } = checked;
    const writes = verdict === 'repairable' ? writesOf(repairs) : [];
    if (json === null) {
      terminal.line(verdictLine(file.path, verdict, summary));
      for (const { sector, sentence } of writes) terminal.line(`rewrite sector ${sector}: ${sentence}`);
    }
    const written = await carryOut(checked, file, output, inPlace);
    if (json !== null) json.end({ verdict, spare: summary, writes, written });
    else terminal.line(outcomeLine(file.path, output, verdict, written, writes.length));
    return written ? 0 : exitCodes[verdict];
  });
}

/** True when something was written. */
async function carryOut(
  { verdict, repairs, superblock }: Checked,
  file: SpareFile,
  output: string | null,
  inPlace: boolean,
): Promise<boolean> {
  if (verdict === 'unrepairable' || (output === null && !inPlace)) return false;
  if (superblock !== null && superblock.roCompat !== 0n) {
    throw appError(
      'bad-request',
      `${file.path} has features that this program does not know and a writer must.`,
      'Nothing was changed. Use a newer version of this program.',
    );
  }
  if (output !== null) {
    await writeRepaired(file, repairs, output);
    return true;
  }
  if (verdict === 'clean') return false;
  await repairInPlace(file, repairs);
  return true;
}

function writesOf({ copies, writes }: Repairs): { sector: number; sectors: number; sentence: string }[] {
  return [...copies.map(({ to, sentence }) => ({ unit: to, sentence })), ...writes].map(({ unit, sentence }) => ({
    sector: unit * UNIT_SECTORS,
    sectors: UNIT_SECTORS,
    sentence,
  }));
}

/** The fields that are known only at the end come after the findings. */
function findingsAsJson(terminal: Terminal, path: string): JsonObject {
  return new JsonObject(terminal, { version: OUTPUT_VERSION, path }, 'findings');
}

export function findingLine({ level, sector, sentence }: Finding, terminal: Terminal): string {
  const colour = level === 'fatal' ? 'red' : 'yellow';
  const head = level === 'note' ? level : terminal.colour(level, colour);
  return `${head}: ${sector === null ? '' : `sector ${sector}: `}${sentence}`;
}

function verdictLine(path: string, verdict: CheckVerdict, summary: SpareSummary | null): string {
  const words: Record<CheckVerdict, string> = {
    clean: 'clean',
    repairable: 'damaged, and can be repaired from the other copy',
    unrepairable: 'damaged, and cannot be repaired: no copy proves what should be there',
  };
  if (summary === null) return `${path}: ${words[verdict]}`;
  const { mappedBlocks, badBlocks, uuid } = summary;
  return `${path}: ${words[verdict]}; pair ${uuid}, ${formatCounted(mappedBlocks, 'block')} mapped, ${badBlocks} bad`;
}

function outcomeLine(
  path: string,
  output: string | null,
  verdict: CheckVerdict,
  written: boolean,
  units: number,
): string {
  if (written) return `${output ?? path}: ${formatCounted(units, 'unit')} rewritten.`;
  if (verdict === 'repairable')
    return 'Nothing was written. Use --yes to write to it, or --output FILE for a repaired image.';
  return 'Nothing was written.';
}
