import { CrashJudge } from './crash-judge.ts';
import { CRASH_KINDS, crashStates, type CrashKind, type CrashPoint, type PlanOptions } from './crash-plan.ts';
import type { CrashRun } from './crash-run.ts';

export interface CrashFailure extends CrashPoint {
  /** A sentence for each thing that is wrong. */
  readonly problems: readonly string[];
}

export interface CrashReport {
  readonly total: number;
  readonly byKind: ReadonlyMap<CrashKind, number>;
  readonly failures: readonly CrashFailure[];
  /** Most blocks that one of the states had mapped. */
  readonly mostMapped: number;
}

/** Judges states of a run, each of them in memory. */
export async function judgeRun(run: CrashRun, options: PlanOptions): Promise<CrashReport> {
  const judge = new CrashJudge(run);
  const byKind = new Map<CrashKind, number>(CRASH_KINDS.map((kind) => [kind, 0]));
  const failures: CrashFailure[] = [];
  let total = 0;
  let mostMapped = 0;
  for (const { at, kind, main, spare, disks } of crashStates(run, options)) {
    const { problems, mapped } = await judge.judge(at, disks());
    total += 1;
    byKind.set(kind, (byKind.get(kind) ?? 0) + 1);
    mostMapped = Math.max(mostMapped, mapped);
    if (problems.length > 0) failures.push({ at, kind, main, spare, problems });
  }
  return { total, byKind, failures, mostMapped };
}

/** The choice of `wanted` states of a run; all of them, and more by chance, when there are not as many. */
export function planFor(run: CrashRun, wanted: number): PlanOptions {
  const random = 2;
  let total = 0;
  const instants = new Set<number>();
  for (const { at } of crashStates(run, { random })) {
    total += 1;
    instants.add(at);
  }
  if (wanted <= total) return { random, take: { count: wanted, of: total } };
  return { random: random + Math.ceil((wanted - total) / (2 * instants.size)) };
}
