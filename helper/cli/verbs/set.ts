import { OUTPUT_VERSION } from '../../../app/cli/spare.ts';
import {
  pairSettingsSchema,
  settingKeys,
  settingNames,
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
  const found = settingNames.find((name) => settingKeys[name] === key);
  if (found === undefined) throw misused(args.verb, `KEY is one of ${Object.values(settingKeys).join(', ')}`);
  const value = args.countOperand('VALUE');
  if (value === null) throw misused(args.verb, `${key} needs a VALUE`);
  const change = settingsChangeSchema.safeParse({ [found]: value });
  if (change.success) return change.data;
  const { minValue, maxValue } = pairSettingsSchema.shape[found];
  const range = `it is a whole number from ${String(minValue)} to ${String(maxValue)}`;
  throw misused(args.verb, `${key} cannot be ${String(value)}: ${range}`);
}
