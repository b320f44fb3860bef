import * as z from 'zod';

import type { SmartProblem, SmartReading } from '../domain/smart.ts';
import { readHealth } from './health.ts';
import { smartctlSchema, type SmartctlOutput } from './smartctl.ts';

/**
 * Exit status that smartctl is told to end with (`-n standby,3`) when the drive sleeps. It is two of the bits of its
 * ordinary status, which never come together.
 */
export const ASLEEP_STATUS = 3;

/** Bits of smartctl's exit status that say something of smartctl; the others are findings about the drive. */
const COMMAND_LINE = 1;
const OPEN_FAILED = 2;

/** What smartctl said, with what it said about how to ask. */
export interface Judged {
  readonly reading: SmartReading;
  /** The question did not reach a drive: another device type may. */
  readonly unreached: boolean;
  /**
   * smartctl takes a drive for sleeping that did not answer whether it does. With a wrong device type no drive answers:
   * then this says nothing.
   */
  readonly doubtful: boolean;
  /** Device types that smartctl itself names for this bridge. */
  readonly advised: readonly string[];
}

/** Reads what `smartctl --json -n standby,3` with any questions wrote. Never throws: what is not understood is a reading too. */
export function judge(stdout: string): Judged {
  let raw: unknown;
  try {
    raw = JSON.parse(stdout);
  } catch {
    return unread(/unrecognized option|invalid option/i.test(stdout) ? 'smartctl-too-old' : 'failed', stdout);
  }
  const parsed = smartctlSchema.safeParse(raw);
  if (!parsed.success) return unread('failed', z.prettifyError(parsed.error));
  const output = parsed.data;
  const said = messagesOf(output);
  const status = output.smartctl.exit_status;
  if (status === ASLEEP_STATUS || /Device is in (STANDBY|SLEEP)/.test(said)) {
    return { ...unread('asleep', said), doubtful: !said.includes('STANDBY') };
  }
  if ((status & (COMMAND_LINE | OPEN_FAILED)) !== 0) return unopened(said);
  const { available, enabled } = output.smart_support ?? {};
  // Some bridges answer for a drive that they hide: "OK", and that it has no SMART.
  const health = available === false ? null : readHealth(output, raw);
  if (health === null && available !== false && enabled === false) return unread('switched-off', said);
  if (health === null) return { ...unread('not-supported', said), unreached: true };
  return { reading: { state: 'read', health }, unreached: false, doubtful: false, advised: [] };
}

function unopened(said: string): Judged {
  if (/permission denied|operation not permitted/i.test(said)) return unread('permission', said);
  const bridge = said.includes('USB bridge');
  const undetected = bridge || said.includes('Unable to detect device type');
  const advised = [...said.matchAll(/'([a-z0-9,]+)'/g)].flatMap(([, type]) =>
    bridge && type !== undefined ? [type] : [],
  );
  return { ...unread(undetected ? 'not-supported' : 'failed', said), unreached: true, advised };
}

function unread(code: SmartProblem['code'], detail: string): Judged {
  const trimmed = detail.trim().slice(0, 4000);
  return {
    reading: { state: 'unavailable', problem: { code, detail: trimmed === '' ? null : trimmed } },
    unreached: false,
    doubtful: false,
    advised: [],
  };
}

export function messagesOf({ smartctl }: SmartctlOutput): string {
  return (smartctl.messages ?? []).map(({ string }) => string).join('\n');
}
