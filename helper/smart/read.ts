import type { SmartReading } from '../../app/domain/smart.ts';
import { AppError } from '../../app/errors.ts';
import { ASLEEP_STATUS, judge, type Judged } from '../../app/smart/judge.ts';
import type { RunOptions, RunResult } from '../run.ts';
import { typesToTry } from './device-types.ts';
import type { SmartDisk, UsbBridge } from './disk.ts';

/**
 * What a drive is asked for: identity, verdict, self-tests, attributes and how many errors it logged. Not `-x`, which
 * also has drives put together tables that are not shown here.
 */
const questions = ['-i', '-H', '-c', '-A', '-l', 'error', '-l', 'xselftest,selftest'] as const;

/** How long a drive may take to tell everything, and all device types of a bridge together. Milliseconds. */
const ASK_LIMIT = 60_000;
const TRY_LIMIT = 120_000;
/**
 * How often the types are tried where a drive may be behind one of them that does not even say whether it sleeps: with
 * most bridges that is a drive that none of the types reaches.
 */
const MOST_TRIES = 3;
/** Everything of one drive is a few hundred KiB at most. */
const MAX_BYTES = 4 * 1024 * 1024;
/** The exit status is a mask of findings: it is read from the output, and none of its values is a failure by itself. */
const anyCode = Array.from({ length: 256 }, (_value, code) => code);

export type RunSmartctl = (args: readonly string[], options: RunOptions) => Promise<RunResult>;

/** What was found out about bridges. */
export interface BridgeTypes {
  /** The device type that answered, by bridge. Bridges of one kind need the same. */
  readonly answered: Map<string, string>;
  /** How often all types were tried without an answer, by the attachment of the disk: it may be another drive next time. */
  readonly tried: Map<string, number>;
}

export function noBridgeTypes(): BridgeTypes {
  return { answered: new Map(), tried: new Map() };
}

/** What `-d` is needed for a disk, as far as that was found out. */
export function typeArguments(types: BridgeTypes, bridge: UsbBridge | null): string[] {
  const type = bridge === null ? undefined : types.answered.get(keyOf(bridge));
  return type === undefined ? [] : ['-d', type];
}

/** How smartctl is run on a disk for a short answer. */
export const commandOptions = { timeoutMs: ASK_LIMIT, maxBytes: MAX_BYTES, allowCodes: anyCode } as const;

/**
 * Asks a drive for everything it knows of its health, unless it sleeps. A USB bridge that smartctl does not see through
 * is tried with other device types, a few times at most each time that it is plugged in; `types` remembers which one answered. Never
 * rejects for what the drive or smartctl does: that is the reading.
 */
export async function readSmart(run: RunSmartctl, disk: SmartDisk, types: BridgeTypes): Promise<SmartReading> {
  const deadline = performance.now() + TRY_LIMIT;
  const ask = async (type: readonly string[]): Promise<Judged> => {
    const timeoutMs = Math.max(1, Math.min(ASK_LIMIT, deadline - performance.now()));
    const args = ['--json=c', '-n', `standby,${ASLEEP_STATUS}`, ...questions, ...type, disk.path];
    try {
      const { stdout, stderr } = await run(args, { ...commandOptions, timeoutMs });
      return judge(stdout === '' ? stderr : stdout);
    } catch (thrown) {
      return notRun(thrown);
    }
  };
  const { bridge } = disk;
  const first = await ask(typeArguments(types, bridge));
  if (bridge === null || isAnswer(first)) return first.reading;
  const tries = types.tried.get(disk.attachment) ?? 0;
  if (tries >= MOST_TRIES) return hidden(first);
  let allRefused = true;
  for (const type of typesToTry(bridge, first.advised)) {
    if (performance.now() >= deadline) return hidden(first);
    const next = await ask(['-d', type]);
    // One that sleeps or takes too long may answer another time.
    allRefused &&= !next.doubtful && (next.unreached || next.reading.state === 'read');
    if (isAnswer(next) && !next.doubtful) {
      // A drive that sleeps was asked only whether it does: not enough to remember the type by.
      if (next.reading.state === 'read') types.answered.set(keyOf(bridge), type);
      return next.reading;
    }
  }
  types.tried.set(disk.attachment, allRefused ? MOST_TRIES : tries + 1);
  return hidden(first);
}

/** Behind a USB bridge a drive that speaks SCSI is the bridge itself, which answers for the drive. */
function isAnswer({ reading, unreached }: Judged): boolean {
  return !unreached && !(reading.state === 'read' && reading.health.protocol === 'scsi');
}

function hidden({ reading }: Judged): SmartReading {
  const detail = reading.state === 'unavailable' ? reading.problem.detail : null;
  return { state: 'unavailable', problem: { code: 'bridge-hides', detail } };
}

function notRun(thrown: unknown): Judged {
  if (!(thrown instanceof AppError)) throw thrown;
  const { code, detail = null } = thrown.data;
  const why = code === 'tool-missing' ? 'smartctl-missing' : code === 'timeout' ? 'timeout' : 'failed';
  const reading = { state: 'unavailable', problem: { code: why, detail: detail?.slice(0, 4000) ?? null } } as const;
  return { reading, unreached: false, doubtful: false, advised: [] };
}

function keyOf({ vendor, product }: UsbBridge): string {
  return `${vendor}:${product}`;
}
