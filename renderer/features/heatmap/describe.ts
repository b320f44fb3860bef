import type { TargetView } from '../../../app/bridge/snapshot.ts';
import type { HealthCell } from '../../../app/domain/target.ts';
import { formatMicroseconds } from '../../words/heatmap.ts';
import { ageText, riskText, usualText } from '../../words/layers.ts';
import type { RegionTimes } from './ages.ts';
import { timeOf, timesUsual } from './layer.ts';
import { nowOf, type LayerData } from './use-layer.ts';

/** What a layer says of one cell, in words; empty where it says nothing of its own. */
export type Describe = (cell: HealthCell | undefined, first: number, blocks: number) => string;

export function describeIn(data: LayerData, target: TargetView): Describe {
  const { layer, time, scale, usual, read } = data;
  return (cell, first, blocks) => {
    if (cell === undefined || cell.scannedBlocks === 0) return layer.id === 'state' ? '' : 'never read';
    switch (layer.id) {
      case 'state':
        return '';
      case 'speed': {
        const us = timeOf(cell, time);
        if (us === 0) return 'not measured';
        const text = formatMicroseconds(us);
        return scale === 'neighbourhood' ? `${text}, ${usualText(timesUsual(cell, first, blocks, time, usual))}` : text;
      }
      case 'risk':
        return riskText(cell);
      case 'age':
        return ageText(ageOf(read, target, first, blocks));
    }
  };
}

/** Seconds since that of some blocks was read which was read longest ago; null where that is not known. */
function ageOf(read: RegionTimes | null, target: TargetView, first: number, blocks: number): number | null {
  const oldest = read?.oldest(first, blocks) ?? null;
  return oldest === null ? null : nowOf(target, read?.newest ?? 0) - oldest;
}
