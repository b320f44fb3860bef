import { OUTPUT_VERSION } from '../../../app/cli/spare.ts';
import {
  pairSettingsSchema,
  settingKeys,
  settingsChangeSchema,
  settingWords,
  type SettingsChange,
} from '../../../app/domain/settings.ts';
import { misused } from '../arguments.ts';
import { machine, type Context } from '../context.ts';

export async function set(context: Context): Promise<number> {
  const { args, terminal } = context;
  const name = args.pairName();
  const settings = await machine(context)['target.set']({ name, settings: changeIn(context) });
  if (args.has('json')) terminal.line(JSON.stringify({ version: OUTPUT_VERSION, name, settings }));
  else for (const [key, value] of settingWords(settings)) terminal.line(`${key.padEnd(16)}${String(value)}`);
  return 0;
}

/** What KEY and VALUE ask for; nothing without them. */
function changeIn({ args }: Context): SettingsChange {
  const key = args.operand('KEY');
  if (key === null) return {};
  const found = Object.entries(settingKeys).find((entry) => entry[1] === key);
  if (found === undefined) throw misused(args.verb, `KEY is one of ${Object.values(settingKeys).join(', ')}`);
  const value = args.countOperand('VALUE');
  if (value === null) throw misused(args.verb, `${key} needs a VALUE`);
  const change = settingsChangeSchema.safeParse({ [found[0]]: value });
  if (!change.success) throw misused(args.verb, `${key} cannot be ${String(value)}: ${rangeOf(found[0])}`);
  return change.data;
}

function rangeOf(name: string): string {
  const field = Object.entries(pairSettingsSchema.shape).find((entry) => entry[0] === name)?.[1];
  return `it is a whole number from ${String(field?.minValue ?? 0)} to ${String(field?.maxValue ?? 0)}`;
}
