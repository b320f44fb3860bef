import { toErrorData, type ErrorCode } from '../../app/errors.ts';
import { silenceLog } from '../log.ts';
import type { Mutations } from '../mutations.ts';
import { helperVersion } from '../version.ts';
import { Arguments } from './arguments.ts';
import type { Context } from './context.ts';
import { generalHelp, verbHelp } from './help.ts';
import { isVerb, type VerbName } from './table.ts';
import { plain, type Terminal } from './terminal.ts';
import { goOn, remap, scan, unmap } from './verbs/change.ts';
import { dump } from './verbs/dump.ts';
import { files } from './verbs/files.ts';
import { importList } from './verbs/import.ts';
import { activate, create, deactivate, remove } from './verbs/life-cycle.ts';
import { set } from './verbs/set.ts';
import { list } from './verbs/list.ts';
import { events, health, remaps } from './verbs/listings.ts';
import { check, repair } from './verbs/offline.ts';
import { status } from './verbs/status.ts';

const actions: Record<VerbName, (context: Context) => Promise<number>> = {
  list,
  status,
  create,
  activate,
  deactivate,
  remove,
  remap,
  unmap,
  remaps,
  health,
  files,
  events,
  continue: goOn,
  scan,
  set,
  import: importList,
  check,
  dump,
  repair,
};

/** What was asked for cannot be, and nothing was changed: exit status 2. Every other error is 1. */
const inputCodes: ReadonlySet<ErrorCode> = new Set([
  'bad-request',
  'blocks-on-spare',
  'confirmation-wrong',
  'device-gone',
  'name-taken',
  'no-file-system',
  'target-missing',
]);
/** Verbs whose status 1 means something else than an error. */
const checkingVerbs: ReadonlySet<VerbName> = new Set(['check', 'repair']);

/** Runs the program; gives its exit status. */
export async function run(
  argv: readonly string[],
  terminal: Terminal,
  mutations: Mutations,
  ended: AbortSignal,
): Promise<number> {
  const [verb, ...rest] = argv;
  if (verb === undefined || verb === '--help' || verb === 'help') {
    if (verb === undefined) terminal.note(generalHelp().trimEnd());
    else terminal.raw(generalHelp());
    return verb === undefined ? 2 : 0;
  }
  if (verb === '--version') {
    terminal.line(`dm-remap ${helperVersion}`);
    return 0;
  }
  if (!isVerb(verb)) {
    terminal.note(`dm-remap: there is no verb ${JSON.stringify(verb)}. See dm-remap --help.`);
    return 2;
  }
  let verbose = false;
  try {
    const args = Arguments.parse(verb, rest);
    verbose = args.has('verbose');
    if (args.has('help')) {
      terminal.raw(verbHelp(verb));
      return 0;
    }
    if (!verbose) silenceLog();
    return await actions[verb]({ terminal, args, mutations, ended });
  } catch (thrown) {
    const { code, sentence, remedy, detail } = toErrorData(thrown);
    terminal.note(`dm-remap ${verb}: ${plain(sentence)} ${plain(remedy)}`);
    if (detail !== undefined && (verbose || code === 'internal')) terminal.note(detail);
    return inputCodes.has(code) || checkingVerbs.has(verb) ? 2 : 1;
  }
}
