import { create } from 'zustand';

import type { LabFault } from '../../../app/bridge/lab.ts';
import type { Connection, TargetView } from '../../../app/bridge/snapshot.ts';
import type { ErrorData } from '../../../app/errors.ts';
import { deviceAt } from '../../identity/target.ts';
import { useCall } from '../../store/use-call.ts';

interface Brush {
  readonly inHand: boolean;
  /** Blocks that one click makes to fail. */
  readonly blocks: number;
  readonly fails: LabFault['fails'];
  /** Only faults of reads heal when written. */
  readonly healOnWrite: boolean;
}

/** How sectors are made to fail: by the brush in the heatmap and by the patterns alike. */
export const useBrushStore = create<Brush>(() => ({ inHand: false, blocks: 1, fails: 'both', healOnWrite: false }));

/** The lab's name of the disk under a protected device, by its serial; null when it is none of the lab's. */
export function labDiskOf(connection: Connection, target: TargetView): string | null {
  const serial = deviceAt(connection, target.device.mainDevno)?.serial;
  return connection.lab?.disks.find((disk) => disk.serial === serial)?.name ?? null;
}

/** The sectors of the lab's disk that a click on a cell makes to fail: the first `blocks` blocks of the cell. */
export function faultAt(
  cell: { first: number; count: number },
  options: { blocks: number; blockSectors: number; startSectors: number; fails: LabFault['fails']; heal: boolean },
): LabFault {
  const { blocks, blockSectors, startSectors, fails, heal } = options;
  return {
    firstSector: startSectors + cell.first * blockSectors,
    sectorCount: Math.min(blocks, cell.count) * blockSectors,
    fails,
    healOnWrite: heal && fails === 'reads',
  };
}

/** What a click in the heatmap does while the brush is in hand; `paint` is null when it is not. */
export function useBrush(
  connection: Connection,
  target: TargetView,
): { paint: ((cell: { first: number; count: number }) => void) | null; error: ErrorData | null } {
  const act = useCall('lab.act');
  const brush = useBrushStore();
  const disk = labDiskOf(connection, target);
  if (connection.lab === null || disk === null || !brush.inHand) return { paint: null, error: act.error };
  const startSectors = deviceAt(connection, target.device.mainDevno)?.startSectors ?? 0;
  const { blockSectors } = target.device;
  return {
    error: act.error,
    paint: (cell) => {
      const { blocks, fails, healOnWrite: heal } = brush;
      const fault = faultAt(cell, { blocks, blockSectors, startSectors, fails, heal });
      void act.run({ act: { action: 'add-faults', disk, faults: [fault] } });
    },
  };
}
