import { seededRandom } from '../../../lab/disk/random.ts';
import type { CrashRun } from './crash-run.ts';
import type { CrashedDisk, PendingRequest, Survival } from './crash-states.ts';

/** What of the caches survives, in the order in which a table of results lists it. */
export const CRASH_KINDS = [
  'nothing pending',
  'durable only',
  'everything',
  'one disk only',
  'one request',
  'all but one',
  'torn request',
  'some requests',
  'some sectors',
] as const;
export type CrashKind = (typeof CRASH_KINDS)[number];

/** A power cut: when, and what survives of each disk's cache. */
export interface CrashPoint {
  readonly at: number;
  readonly kind: CrashKind;
  readonly main: Survival;
  readonly spare: Survival;
}

export interface CrashedDisks {
  readonly main: CrashedDisk;
  readonly spare: CrashedDisk;
}

export interface CrashState extends CrashPoint {
  /** Makes the disks as the power cut left them. To be called before the next state is taken. */
  readonly disks: () => CrashedDisks;
}

export interface PlanOptions {
  /** States with random survivors, of each of their two kinds, at each instant. */
  readonly random: number;
  /** How many states are taken, by seed, of so many that there are; default all. */
  readonly take?: { readonly count: number; readonly of: number };
}

/**
 * The last instant before each thing that changes what a power cut may leave: what may be left is the same since the
 * last such thing, and what is owed is the most.
 */
function instantsOf(run: CrashRun): number[] {
  const { end } = run;
  const { main, spare } = run.replay();
  const steps = [...main.instants, ...spare.instants].filter((at) => at <= end).sort((a, b) => a - b);
  return [...new Set(steps.map((_, index) => (steps[index + 1] ?? end + 1) - 1))];
}

/**
 * States that a power cut may leave at each instant of the run, in the order of the run. All that chance does not
 * decide are among them, unless `take` leaves some out.
 */
export function* crashStates(run: CrashRun, { random, take }: PlanOptions): Generator<CrashState> {
  const { main, spare } = run.replay();
  const chance = seededRandom(run.seed + 500);
  let passed = 0;
  let taken = 0;
  for (const at of instantsOf(run)) {
    main.advance(at);
    spare.advance(at);
    const seed = Math.floor(chance() * 2 ** 31);
    for (const ways of survivals(main.pending(), spare.pending(), seed, random)) {
      if (take !== undefined) {
        // Selection sampling (Knuth, The Art of Computer Programming, volume 2, algorithm 3.4.2S).
        const isTaken = chance() * (take.of - passed) < take.count - taken;
        passed += 1;
        if (!isTaken) continue;
        taken += 1;
      }
      yield { at, ...ways, disks: () => ({ main: main.state(ways.main), spare: spare.state(ways.spare) }) };
    }
  }
}

type Ways = Omit<CrashPoint, 'at'>;

function* survivals(
  main: readonly PendingRequest[],
  spare: readonly PendingRequest[],
  seed: number,
  random: number,
): Generator<Ways> {
  if (main.length + spare.length === 0) {
    yield { kind: 'nothing pending', main: 'durable', spare: 'durable' };
    return;
  }
  yield { kind: 'durable only', main: 'durable', spare: 'durable' };
  yield { kind: 'everything', main: 'all', spare: 'all' };
  if (main.length > 0 && spare.length > 0) {
    yield { kind: 'one disk only', main: 'all', spare: 'durable' };
    yield { kind: 'one disk only', main: 'durable', spare: 'all' };
  }
  for (const [index, pending] of spare.entries()) {
    const other: Survival = index % 2 === 0 ? 'durable' : 'all';
    for (const { kind, survival } of singly(pending, spare.length, seed)) yield { kind, main: other, spare: survival };
  }
  for (const [index, pending] of main.entries()) {
    const other: Survival = index % 2 === 0 ? 'all' : 'durable';
    for (const { kind, survival } of singly(pending, main.length, seed)) yield { kind, main: survival, spare: other };
  }
  for (let n = 0; n < random; n++) {
    // The disks lose their power together, but keep different things.
    const two = [seed + 2 * n, seed + 2 * n + 1] as const;
    for (const by of ['request', 'sector'] as const) {
      const kind = by === 'request' ? 'some requests' : 'some sectors';
      yield { kind, main: { by, seed: two[0] }, spare: { by, seed: two[1] } };
    }
  }
}

/** What is singular about one pending request of several. */
function* singly(
  { request, sectors }: PendingRequest,
  pending: number,
  seed: number,
): Generator<{ readonly kind: CrashKind; readonly survival: Survival }> {
  // A lone request survives or does not; both are among the simple states.
  if (pending > 1) yield { kind: 'one request', survival: { by: 'only', request } };
  if (pending > 2) yield { kind: 'all but one', survival: { by: 'without', request } };
  if (sectors > 1) yield { kind: 'torn request', survival: { by: 'torn', request, seed: seed + request } };
}
