import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';

import { appError, type AppError } from '../../../app/errors.ts';
import type { Connector, HelperLink, OnStep } from '../../ports.ts';
import { exitError, noHelper, noPkexec } from './exit.ts';
import { previewDisks } from './preview.ts';
import { installModule, offersModule } from './install-module.ts';

/** How long the helper may take to say who it is when nobody has to be asked first, in milliseconds. */
const FIRST_ANSWER_MS = 30_000;
/** How long a helper may go on after its stream has ended: it finishes a change it is in the middle of. Milliseconds. */
const ENDS_WITHIN_MS = 30_000;
const STDERR_KEPT_CHARS = 8_000;
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
  let child: ChildProcessWithoutNullStreams | null = null;

  return {
    id: 'local',
    title: 'This computer',

    async open(onStep: OnStep, signal: AbortSignal): Promise<HelperLink> {
      await access(options.helper, constants.R_OK).catch(() => {
        throw noHelper(options.helper);
      });
      if (signal.aborted) throw cancelled();
      onStep(options.isRoot ? 'Starting the privileged helper' : 'Waiting for your permission to act as administrator');
      const started = options.isRoot ? startDirectly(options) : startElevated(options);
      child = started;
      const closed = watch(started, !options.isRoot);
      const spawned = new Promise((resolve) => started.once('spawn', resolve));
      // A program that cannot be started is told by `closed`, and `spawned` never comes.
      await Promise.race([spawned, closed.then((reason) => Promise.reject(reason))]);
      return {
        input: started.stdin,
        output: started.stdout,
        closed,
        firstAnswerMs: options.isRoot ? FIRST_ANSWER_MS : null,
      };
    },

    preview: () => previewDisks(),

    offersModule: () => offersModule(),

    installModule: () => installModule(options.isRoot),

    async close(): Promise<void> {
      const ending = child;
      child = null;
      if (ending?.pid === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
      // The end of its input is what ends the helper: an unprivileged parent could not signal it.
      ending.stdin.end();
      const timer = setTimeout(() => ending.kill('SIGKILL'), ENDS_WITHIN_MS);
      await once(ending, 'exit');
      clearTimeout(timer);
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

/** Resolves when the process is gone, with what to tell about it. */
function watch(child: ChildProcessWithoutNullStreams, elevated: boolean): Promise<AppError> {
  let stderr = '';
  let answered = false;
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT_CHARS);
  });
  child.stdout.once('data', () => {
    answered = true;
  });
  return new Promise((resolve) => {
    child.on('error', (error) => {
      // `error` also tells of a signal that could not be sent, which ends nothing.
      if (child.pid !== undefined) return;
      resolve(elevated ? noPkexec(error.message) : noHelper(error.message));
    });
    child.on('close', (code, signal) => resolve(exitError({ code, signal, stderr, answered, elevated })));
  });
}

function cancelled(): AppError {
  return appError('cancelled', 'Opening the connection was stopped.', 'Open it again when you want to go on.');
}
