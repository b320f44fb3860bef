import { OUTPUT_VERSION } from '../../../app/cli/spare.ts';
import type { Intent, Plan, StepProgress } from '../../../app/domain/plan.ts';
import { formatCounted } from '../../../app/domain/units.ts';
import { machine, type Context } from '../context.ts';
import { badInput } from '../input-error.ts';
import { plain } from '../terminal.ts';
import { deviceFacts } from '../words.ts';

/** Plans, shows what would happen to which device, has it confirmed where something is destroyed, and carries it out. */
export async function planAndApply(context: Context, intent: Intent): Promise<number> {
  const { terminal, args } = context;
  let plan: Plan | null = null;
  const handlers = machine(context, (progress) => tellStep(context, plan, progress));
  plan = await handlers.plan({ intent });
  const { token, ...shown } = plan;
  if (args.has('plan') && args.has('json')) {
    terminal.line(JSON.stringify({ version: OUTPUT_VERSION, plan: shown }));
    return plan.applicable ? 0 : 2;
  }
  for (const line of planLines(plan)) {
    if (args.has('plan')) terminal.line(line);
    else terminal.note(line);
  }
  if (args.has('plan')) return plan.applicable ? 0 : 2;
  if (!plan.applicable) {
    const [reason] = plan.reasons.filter(({ level }) => level === 'block');
    throw badInput(
      `${args.verb} is not possible: ${plain(reason?.sentence ?? 'see above').replace(/\.$/, '')}`,
      'Nothing was changed.',
    );
  }
  const confirmation = await confirmed(context, plan);
  const { name, path } = await handlers.apply({ token, confirmation });
  if (args.has('json')) {
    terminal.line(JSON.stringify({ version: OUTPUT_VERSION, name, action: intent.action, path }));
  } else
    terminal.line(path === null ? `${name} is not active any more.` : `${name} is active: use ${path} from now on.`);
  return 0;
}

/** What has to be typed before something is destroyed; null where nothing is. */
async function confirmed({ terminal, args }: Context, { confirm, entries }: Plan): Promise<string | null> {
  if (confirm === null) return null;
  const given = args.text('confirm');
  if (given !== null) return given;
  const what = confirm.kind === 'serial-tail' ? 'the last four characters of the serial number' : 'the name';
  const device = plain(entries.find(({ destructive }) => destructive)?.title ?? 'the spare');
  if (!terminal.interactive) {
    throw badInput(
      `${args.verb} erases ${device} and there is no terminal to ask on`,
      `Give ${what} of it with --confirm. Nothing was changed.`,
    );
  }
  const typed = await terminal.ask(`To go on, type ${what} of ${device}: `);
  if (typed !== null) return typed;
  throw badInput('nothing was typed');
}

function planLines({ entries, reasons, commands, spareBlocks }: Plan): string[] {
  return [
    ...entries.flatMap(({ role, device, title, holds, willHappen, destructive }) => [
      `${role}: ${device === null || role === 'mapping' ? plain(title) : deviceFacts(device)}`,
      `  holds ${plain(holds)}`,
      `  ${destructive ? 'ERASED: ' : ''}${plain(willHappen)}`,
    ]),
    ...(spareBlocks === null ? [] : [`${formatCounted(spareBlocks, 'block')} can be moved.`]),
    ...reasons.map(({ level, sentence }) => `${level === 'block' ? 'NOT POSSIBLE' : 'note'}: ${plain(sentence)}`),
    ...(commands.length === 0
      ? []
      : ['What is run, as commands:', ...commands.map((command) => `  ${plain(command)}`)]),
  ];
}

function tellStep({ terminal }: Context, plan: Plan | null, { step, state }: StepProgress): void {
  const text = plan?.steps.find(({ id }) => id === step)?.text ?? step;
  if (state !== 'running') terminal.note(`${text}: ${state}`);
}
