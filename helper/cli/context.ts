import type { StepProgress } from '../../app/domain/plan.ts';
import { appError } from '../../app/errors.ts';
import type { Handlers } from '../../app/protocol/server.ts';
import { Questions } from '../files/question.ts';
import { Follower } from '../follow.ts';
import { makeHandlers } from '../handlers.ts';
import { HotPlug } from '../hot-plug.ts';
import { KernelWatch } from '../kernel/watch.ts';
import type { Mutations } from '../mutations.ts';
import { PlanStore } from '../plan-store.ts';
import { devnoAt } from '../raw-device.ts';
import type { Arguments } from './arguments.ts';
import { badInput } from './input-error.ts';
import type { Terminal } from './terminal.ts';

/** What a verb works with. */
export interface Context {
  readonly terminal: Terminal;
  readonly args: Arguments;
  readonly mutations: Mutations;
  /** Aborted when the user ends the program; a change that is being made is finished first. */
  readonly ended: AbortSignal;
}

/** The helper's own verbs, called in this process. Throws when this is not root, as nothing of it works then. */
export function machine(
  { args, mutations, ended }: Context,
  progress: (progress: StepProgress) => void = () => undefined,
): Handlers {
  if (process.getuid?.() !== 0) {
    throw appError(
      'permission-refused',
      `dm-remap ${args.verb} needs root.`,
      `Run it as root, for instance: sudo dm-remap ${args.verb}.`,
    );
  }
  // Nobody is told of what happens meanwhile; `status --watch` follows by itself.
  const untold = (): void => undefined;
  const drained = (): Promise<void> => Promise.resolve();
  const follower = new Follower(untold, drained);
  const kernel = new KernelWatch(untold, drained);
  const hotPlug = new HotPlug(untold);
  const questions = new Questions();
  ended.addEventListener('abort', () => questions.stop(), { once: true });
  return makeHandlers({ mutations, follower, hotPlug, kernel, plans: new PlanStore(), questions, progress });
}

/** `major:minor` of a device named on the command line. */
export async function deviceAt(path: string, what: string): Promise<string> {
  const devno = await devnoAt(path);
  if (devno === null)
    throw badInput(
      `${what} ${JSON.stringify(path)} is not a block device, or is not there`,
      'See dm-remap list --devices.',
    );
  return devno;
}
