import { RECORDED_CORE, RECORDED_DISKS, recordCrashRun, type CrashRun } from '../kernel/harness/crash-run.ts';
import { KernelLab } from '../kernel/harness/kernel-lab.ts';
import { makePair } from '../kernel/harness/pair.ts';
import { Target } from '../kernel/harness/target.ts';

/** Starts a machine, records a run in it and stops it. `module` is a folder with another module's sources. */
export async function recordInLab(seed: number, module?: string): Promise<CrashRun> {
  const options = module === undefined ? {} : { module: { source: module } };
  const kernelLab = await KernelLab.start({ disks: RECORDED_DISKS, ...options });
  try {
    const pair = await makePair(kernelLab, new Target(kernelLab, 'crash'), { core: RECORDED_CORE });
    return await recordCrashRun(kernelLab, pair, seed);
  } finally {
    await kernelLab.stop();
  }
}
