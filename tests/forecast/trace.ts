import type { DiskKind } from './kinds.ts';
import { Random } from './random.ts';

/** Days from the start of a trace to its end. */
export const TRACE_DAYS = 730;

/** A block goes bad. */
export interface BlockError {
  /** Day, with its fraction, on which it goes bad. */
  readonly day: number;
  /** When a read or a scan meets it. */
  readonly foundDay: number;
  readonly foundBy: 'read' | 'scan';
  readonly block: number;
}

/** Counters as a drive keeps them, and what this program counts. */
export const counterNames = ['reallocated', 'uncorrectable', 'pending', 'offline', 'link', 'scan'] as const;
export type CounterName = (typeof counterNames)[number];

export interface CounterChange {
  readonly day: number;
  readonly counter: CounterName;
  readonly by: number;
}

/** The life of one made-up disk. */
export interface Trace {
  readonly kind: DiskKind;
  /** Years that it had run when the trace begins. */
  readonly yearsBefore: number;
  /** Day of its failure; null when it outlives the trace. */
  readonly failsDay: number | null;
  /** Day from which on it says of itself that it fails; null for never. */
  readonly saysFailedFrom: number | null;
  /** Ascending by day. */
  readonly errors: readonly BlockError[];
  /** Ascending by day. */
  readonly changes: readonly CounterChange[];
}

/** 10 MiB in blocks of 4 KiB. */
const NEAR_BLOCKS = 2560;
/** That the next error lies near an earlier one: Bairavasundaram et al., SIGMETRICS 2007, 5.4.2. */
const NEAR = 0.5;
/** That it comes within a minute: 40 to 80 % (5.4.3). */
const WITHIN_A_MINUTE = 0.6;
/** Shape of the other gaps, a Pareto from one minute on: 88 % of next errors then come within a month, as 5.4.3 has it. */
const GAP_SHAPE = 0.113;
const MINUTE_DAYS = 1 / 1440;
/** Most errors that a trace keeps; more say nothing new and take long to replay. */
const MOST_ERRORS = 2000;
/** A scan reads the whole disk in this many days. */
const SCAN_DAYS = 14;
/** Found by a scan: 60 % and more (5.5, 6.2). */
const FOUND_BY_SCAN = 0.6;
/** Days until a bad block is written again, and so reallocated. Assumed. */
const REWRITTEN_AFTER_DAYS = 3;
/** Disks whose link counts errors at some time. Assumed; it has nothing to do with failing. */
const LINK_TROUBLE = 0.04;
/** The drive's own verdict: 3 to 10 % of failures, 0.1 % false a year (Murray et al. 2005). */
const SAYS_FAILED = 0.065;
const SAYS_FAILED_FALSELY = 0.002;
const YEAR_DAYS = 365.25;
const DAYS_32_MONTHS = 974;

/**
 * One disk: its fate first, then its signs as the studies saw them on disks of that fate. The forecast goes the other way,
 * from ratios that other studies counted, so it is not judged by its own numbers.
 */
export function makeTrace(kind: DiskKind, seed: number): Trace {
  const random = new Random(seed);
  const yearsBefore = random.between(0, 4);
  const failsDay = fate(kind, yearsBefore, random);
  const showsSigns = failsDay !== null && random.chance(kind.signsBeforeFailure);
  const errors = [
    ...harmless(kind, yearsBefore * YEAR_DAYS, random),
    ...(showsSigns ? dying(kind, failsDay, random) : []),
  ]
    .filter(({ day }) => day <= (failsDay ?? TRACE_DAYS))
    .sort((a, b) => a.day - b.day);
  const falsely = random.chance(SAYS_FAILED_FALSELY) ? random.between(0, TRACE_DAYS) : null;
  return {
    kind,
    yearsBefore,
    failsDay,
    saysFailedFrom: failsDay !== null && random.chance(SAYS_FAILED) ? failsDay - random.between(0, 30) : falsely,
    errors,
    changes: changesOf(errors, kind, random),
  };
}

function fate(kind: DiskKind, yearsBefore: number, random: Random): number | null {
  for (let day = 0; day < TRACE_DAYS; day += 1) {
    if (random.chance(kind.hazard(yearsBefore + day / YEAR_DAYS) / YEAR_DAYS)) return day + random.uniform();
  }
  return null;
}

/** Errors of a disk that need not fail: one, or bursts with gaps of every length. They may lie before the trace. */
function harmless(kind: DiskKind, daysBefore: number, random: Random): BlockError[] {
  const life = daysBefore + TRACE_DAYS;
  if (!random.chance((kind.errorsIn32Months * life) / DAYS_32_MONTHS)) return [];
  const onset = random.between(-daysBefore, TRACE_DAYS);
  // Pareto from 2 on, such that fifty and more have the part they have.
  const shape = -Math.log(kind.fiftyOfMany) / Math.log(25);
  const total = random.chance(kind.exactlyOne) ? 1 : Math.min(MOST_ERRORS, Math.floor(random.pareto(2, shape)));
  const days: number[] = [];
  for (let day = onset; days.length < total && day < TRACE_DAYS;) {
    days.push(day);
    day += random.chance(WITHIN_A_MINUTE) ? random.between(0, MINUTE_DAYS) : random.pareto(MINUTE_DAYS, GAP_SHAPE);
  }
  return placed(days, kind, random);
}

/** Errors of a disk on its way out: more and more of them up to the end. */
function dying(kind: DiskKind, failsDay: number, random: Random): BlockError[] {
  const lead = random.logNormal(kind.leadDays.median, kind.leadDays.sigma);
  const total = Math.ceil(random.logNormal(kind.failingErrors.median, kind.failingErrors.sigma));
  const days: number[] = [failsDay - lead];
  while (days.length < Math.min(MOST_ERRORS, total)) {
    const again = random.chance(WITHIN_A_MINUTE);
    days.push(
      again ? (days.at(-1) ?? 0) + random.between(0, MINUTE_DAYS) : failsDay - lead * (1 - random.uniform() ** (1 / 3)),
    );
  }
  return placed(
    days.sort((a, b) => a - b),
    kind,
    random,
  );
}

function placed(days: readonly number[], kind: DiskKind, random: Random): BlockError[] {
  const scanPhase = random.between(0, SCAN_DAYS);
  const blocks: number[] = [];
  return days.map((day) => {
    const neighbour = blocks[Math.floor(random.uniform() * blocks.length)];
    const block =
      neighbour !== undefined && random.chance(NEAR)
        ? Math.round(neighbour + random.between(-NEAR_BLOCKS, NEAR_BLOCKS))
        : Math.floor(random.uniform() * kind.blocks);
    const inside = Math.min(kind.blocks - 1, Math.max(0, block));
    blocks.push(inside);
    const byScan = random.chance(FOUND_BY_SCAN);
    const nextScan = scanPhase + Math.ceil((day - scanPhase) / SCAN_DAYS) * SCAN_DAYS;
    return { day, foundDay: byScan ? nextScan : day, foundBy: byScan ? 'scan' : 'read', block: inside };
  });
}

/** What the counters make of the errors, once they are found. */
function changesOf(errors: readonly BlockError[], kind: DiskKind, random: Random): CounterChange[] {
  const changes: CounterChange[] = errors.flatMap(({ foundDay, foundBy }) => {
    const rewritten = foundDay + random.exponential(REWRITTEN_AFTER_DAYS);
    const found: CounterChange[] =
      foundBy === 'scan'
        ? [
            { day: foundDay, counter: 'offline', by: 1 },
            // As on most drives: it counts what cannot be read now.
            { day: rewritten, counter: 'offline', by: -1 },
            { day: foundDay, counter: 'scan', by: 1 },
          ]
        : [{ day: foundDay, counter: 'uncorrectable', by: 1 }];
    // Flash has no pending sectors: a bad page is replaced at once.
    const waits: CounterChange[] =
      kind.kind === 'hdd'
        ? [
            { day: foundDay, counter: 'pending', by: 1 },
            { day: rewritten, counter: 'pending', by: -1 },
          ]
        : [];
    return [...found, ...waits, { day: rewritten, counter: 'reallocated', by: 1 }];
  });
  if (random.chance(LINK_TROUBLE)) {
    const count = Math.ceil(Math.exp(random.between(0, Math.log(300))));
    changes.push({ day: random.between(0, TRACE_DAYS), counter: 'link', by: count });
  }
  return changes.sort((a, b) => a.day - b.day);
}
