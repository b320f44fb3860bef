export { useKernelLab, statsSince, type Fixture } from './fixture.ts';
export type { Pair, PairOptions } from './pair.ts';
export { KernelLab, MAIN_AND_SPARE, type KernelLabOptions } from './kernel-lab.ts';
export { errnoOf, tableLine, Target, type TableOptions } from './target.ts';
export {
  EVENT_TYPES,
  parseEvents,
  parseHealth,
  parseRemaps,
  parseStatus,
  type EventRow,
  type HealthRow,
  type Page,
  type RemapRow,
  type Status,
} from './answers.ts';
export { contentOf, FOREIGN, tagsOf } from './content.ts';
export { fillDisk, MAIN_TAG, resetToBlank, resetToContents, sectorsWithTag, tagsOnDisk } from './disk-truth.ts';
export type { GuestIo, IoOutcome } from './guest-io.ts';
export type { IoOperation } from './guest/protocol.ts';
export {
  eventsOf,
  expectUnreadable,
  failUnreadable,
  read,
  readSingly,
  succeed,
  tags,
  UNREADABLE,
  write,
} from './io-steps.ts';
export { meanwhile, untilInFlight } from './in-flight.ts';
export { trap } from './trap.ts';
