import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';

import { appError, type AppError } from '../../../app/errors.ts';
import type { Connector, HelperLink, OnStep } from '../../ports.ts';
import { noHelper } from './exit.ts';
import { HelperProcess, stillWorks } from './helper-process.ts';
import { previewDisks } from './preview.ts';
import { installModule, offersModule } from './install-module.ts';

/** How long the helper may take to say who it is when nobody has to be asked first, in milliseconds. */
const FIRST_ANSWER_MS = 30_000;
/**
 * How long a helper that goes on after its stream has ended is waited for: it finishes a change it is in the middle of.
 * Milliseconds.
 */
export const ENDS_WITHIN_MS = 30_000;
/** The helper names its tools by absolute path and takes nothing from the environment. */
const cleanEnvironment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' };

export interface LocalOptions {
  /** The Node binary that runs the helper. */
  readonly node: string;
  /** The helper as one file. */
  readonly helper: string;
  /** Absolute path of pkexec. */
  readonly pkexec?: string;
  /** Whether this process is root already, so that nobody is asked. */
  readonly isRoot: boolean;
}

/** The helper on this machine, on the stdin and stdout of a process that runs as root: directly, or through pkexec. */
export function localConnector(options: LocalOptions): Connector {
  // Kept until it is gone: the lock that lets one change at a time through is each helper's own.
  let last: HelperProcess | null = null;

  return {
    id: 'local',
    title: 'This computer',

    async open(onStep: OnStep, signal: AbortSignal): Promise<HelperLink> {
      await access(options.helper, constants.R_OK).catch(() => {
        throw noHelper(options.helper);
      });
      if (signal.aborted) throw cancelled();
      if (last?.isGone === false) {
        onStep('Waiting for the helper that was there before to end');
        const isGone = await last.goneWithin(ENDS_WITHIN_MS, signal);
        if (isOver(signal)) throw cancelled();
        if (!isGone) throw stillWorks();
      }
      onStep(options.isRoot ? 'Starting the privileged helper' : 'Waiting for your permission to act as administrator');
      const child = options.isRoot ? startDirectly(options) : startElevated(options);
      const started = new HelperProcess(child, !options.isRoot);
      last = started;
      await started.started();
      return {
        input: child.stdin,
        output: child.stdout,
        closed: started.closed,
        firstAnswerMs: options.isRoot ? FIRST_ANSWER_MS : null,
      };
    },

    preview: () => previewDisks(),

    offersModule: () => offersModule(),

    installModule: () => installModule(options.isRoot),

    async close(): Promise<void> {
      if (last !== null && !(await last.end(ENDS_WITHIN_MS))) throw stillWorks();
    },
  };
}

function startDirectly({ node, helper }: LocalOptions): ChildProcessWithoutNullStreams {
  return spawn(node, [helper], { env: cleanEnvironment, cwd: '/', stdio: 'pipe' });
}

/** pkexec keeps the session's environment so that its agent is found, and gives the helper a clean one itself. */
function startElevated({ node, helper, pkexec = '/usr/bin/pkexec' }: LocalOptions): ChildProcessWithoutNullStreams {
  return spawn(pkexec, [node, helper], { cwd: '/', stdio: 'pipe' });
}

/** Asks anew: narrowing does not know that a signal changes while something is awaited. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}

function cancelled(): AppError {
  return appError('cancelled', 'Opening the connection was stopped.', 'Open it again when you want to go on.');
}
