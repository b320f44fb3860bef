import type { LabDisk } from '../../../lab/index.ts';
import type { Fault } from '../../../lab/disk/faults.ts';

/** Adds a fault, and tells when a request has met it. */
export function trap(disk: LabDisk, fault: Fault): { readonly met: Promise<void>; readonly open: () => void } {
  const met = Promise.withResolvers<undefined>();
  const id = disk.faults.add(fault);
  const unsubscribe = disk.faults.onHit((hit) => {
    if (hit.id === id) met.resolve(undefined);
  });
  return {
    met: met.promise,
    open: () => {
      unsubscribe();
      disk.faults.remove(id);
    },
  };
}
