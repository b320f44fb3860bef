import type { WatchOutput } from '../../../app/cli/live.ts';
import { OUTPUT_VERSION } from '../../../app/cli/spare.ts';
import type { NotificationParams } from '../../../app/protocol/methods.ts';
import { Follower } from '../../follow.ts';
import { machine, type Context } from '../context.ts';
import { eventRow, statusLines, statusWords } from '../words.ts';

export async function status(context: Context): Promise<number> {
  const { terminal, args } = context;
  const name = args.operand('NAME') === null ? null : args.pairName();
  const handlers = machine(context);
  if (args.has('watch')) {
    if (name !== null) await handlers['target.status']({ name });
    await watch(context, name);
    return 0;
  }
  const targets =
    name === null
      ? (await handlers['targets.list']({})).targets.map((target) => ({ name: target.name, status: target.status }))
      : [{ name, status: await handlers['target.status']({ name }) }];
  if (args.has('json')) {
    terminal.line(JSON.stringify({ version: OUTPUT_VERSION, targets }));
    return 0;
  }
  if (targets.length === 0) terminal.line('No pair is active.');
  for (const [index, target] of targets.entries()) {
    if (index > 0) terminal.line();
    terminal.line(terminal.colour(target.name, 'bold'));
    for (const line of statusLines(target.status, terminal)) terminal.line(`  ${line}`);
  }
  return 0;
}

/** Tells what happens until the user ends it or, when one pair is watched, until that goes. */
async function watch({ terminal, args, ended }: Context, name: string | null): Promise<void> {
  const done = Promise.withResolvers<undefined>();
  const say = (output: WatchOutput): void => {
    if (args.has('json')) terminal.line(JSON.stringify(output));
    else for (const line of linesOf(output)) terminal.line(line);
  };
  const linesOf = (output: WatchOutput): string[] => {
    if (output.kind === 'targets') {
      return [output.names.length === 0 ? 'No pair is active.' : `Active: ${output.names.join(', ')}.`];
    }
    const gap = output.gap ? [`${output.name}: some events were dropped before they could be read`] : [];
    const events = output.events.map((event) => `${output.name}: ${eventRow(event).join(' ')}`);
    return [...gap, ...events, `${output.name}: ${statusWords(output.status, terminal)}`];
  };
  const pairs = ({ targets }: NotificationParams<'targets.changed'>): void => {
    const names = targets.map((target) => target.name).filter((one) => name === null || one === name);
    say({ version: OUTPUT_VERSION, kind: 'targets', names });
    if (name !== null && names.length === 0) done.resolve(undefined);
  };
  const changed = (change: NotificationParams<'target.changed'>): void => {
    if (name === null || change.name === name) say({ version: OUTPUT_VERSION, kind: 'changed', ...change });
  };
  const follower = new Follower(
    (...[notification, params]) => {
      if ('targets' in params) pairs(params);
      else if (notification === 'target.changed' && 'events' in params) changed(params);
    },
    () => Promise.resolve(),
  );
  ended.addEventListener('abort', () => done.resolve(undefined), { once: true });
  try {
    await follower.start();
    await done.promise;
  } finally {
    follower.stop();
  }
}
