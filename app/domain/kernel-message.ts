import * as z from 'zod';

import { countSchema } from './units.ts';

/** Messages kept of one disk; older ones are dropped. */
export const MAX_KERNEL_MESSAGES = 100;
export const MAX_KERNEL_TEXT = 500;

/** Severities of the kernel log, worst first: their place is their number (syslog(2)). */
export const kernelLevels = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'] as const;
export type KernelLevel = (typeof kernelLevels)[number];

/** One line of the kernel log about a disk. */
export const kernelMessageSchema = z.strictObject({
  /**
   * Unix time in milliseconds, from the time since the start of the machine. That clock stands still while the machine
   * sleeps: what was said before a sleep seems later than it was.
   */
  milliseconds: countSchema,
  level: z.enum(kernelLevels),
  /** Printable characters only. A device has a say in it: it is shown, never followed. */
  text: z.string().max(MAX_KERNEL_TEXT),
});
export type KernelMessage = z.infer<typeof kernelMessageSchema>;

/** Whether the helper may read the kernel log. */
export const kernelLogStateSchema = z.discriminatedUnion('state', [
  /** Not known yet. */
  z.strictObject({ state: z.literal('unknown') }),
  z.strictObject({ state: z.literal('followed') }),
  /** `refused`: without the right to; `unavailable`: there is none here, or no program to read it with. */
  z.strictObject({ state: z.enum(['refused', 'unavailable']), detail: z.string().max(1000) }),
]);
export type KernelLogState = z.infer<typeof kernelLogStateSchema>;

/** What the kernel of a machine says of its disks. */
export const kernelViewSchema = z.strictObject({
  log: kernelLogStateSchema,
  /** Oldest first, by devno of the whole disk. */
  said: z.record(z.string().max(32), z.array(kernelMessageSchema).max(MAX_KERNEL_MESSAGES)),
});
export type KernelView = z.infer<typeof kernelViewSchema>;

export const kernelUnknown: KernelView = { log: { state: 'unknown' }, said: {} };
