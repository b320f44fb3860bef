import type { KernelLab } from './kernel-lab.ts';

/**
 * The kernel's reports of memory that nothing points to any more; empty where it does not look for such. It takes an
 * object for lost only 5 s after its allocation (MSECS_MIN_AGE in mm/kmemleak.c) and when two scans agree.
 */
export async function findLeaks(kernelLab: KernelLab): Promise<string[]> {
  const script = `f=/sys/kernel/debug/kmemleak
    [ -e $f ] || exit 0
    sleep 6; echo scan > $f; echo scan > $f; cat $f`;
  const { stdout } = await kernelLab.run('/usr/bin/sh', ['-c', script], { timeoutMs: 180_000 });
  return stdout.split(/^(?=unreferenced object)/m).filter((report) => report.trim() !== '');
}
