import type { SelfTestKind } from '../../app/domain/smart.ts';
import { appError } from '../../app/errors.ts';
import { messagesOf } from '../../app/smart/judge.ts';
import { smartctlSchema } from '../../app/smart/smartctl.ts';
import type { SmartDisk } from './disk.ts';
import { commandOptions, typeArguments, type BridgeTypes, type RunSmartctl } from './read.ts';

const commands: Readonly<Record<SelfTestKind, readonly string[]>> = {
  short: ['-t', 'short'],
  long: ['-t', 'long'],
  abort: ['-X'],
};

/** Bits of the exit status with which smartctl did not do what it was told: command line, open, a command refused. */
const NOT_DONE = 1 | 2 | 4;
/** What smartctl says when it has done it; some versions ignore the option for some kinds of drive and say nothing. */
const done = { start: /has begun/i, abort: /aborted!|returned without error/i } as const;

/**
 * Starts a self-test, which the drive runs by itself, or ends the one that runs. A test that runs already is left alone
 * and the call is refused with `busy`. A drive that sleeps is woken: this is asked for by a person.
 */
export async function selfTest(
  run: RunSmartctl,
  disk: SmartDisk,
  types: BridgeTypes,
  kind: SelfTestKind,
): Promise<void> {
  const args = ['--json=co', ...commands[kind], ...typeArguments(types, disk.bridge), disk.path];
  const { stdout, stderr } = await run(args, commandOptions);
  const { status, said } = outcomeOf(stdout, stderr);
  if (said.includes('without aborting current test')) {
    throw appError(
      'busy',
      'The drive is running a self-test already.',
      'Wait until it is done, or stop it, then try again.',
      said,
    );
  }
  if ((status & NOT_DONE) === 0 && done[kind === 'abort' ? 'abort' : 'start'].test(said)) return;
  throw appError(
    'tool-failed',
    kind === 'abort' ? 'The self-test could not be stopped.' : 'The drive did not start the self-test.',
    'Some drives, USB bridges and versions of smartctl (before 7.4 for NVMe) have no self-tests; the details say more.',
    said,
  );
}

function outcomeOf(stdout: string, stderr: string): { status: number; said: string } {
  try {
    const { smartctl } = smartctlSchema.parse(JSON.parse(stdout));
    const said = [...(smartctl.output ?? []), messagesOf({ smartctl })].join('\n').trim();
    return { status: smartctl.exit_status, said: said.slice(0, 4000) };
  } catch {
    return { status: NOT_DONE, said: `${stdout}\n${stderr}`.trim().slice(0, 4000) };
  }
}
