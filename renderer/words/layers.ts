import type { HealthCell } from '../../app/domain/target.ts';
import { formatBytes, formatCounted, sectorsToBytes } from '../../app/domain/units.ts';
import { agoText } from '../features/device/heard.ts';
import { LATENCY_LIMITS_MS } from '../features/heatmap/cells.ts';
import type { BlockCounts } from '../features/heatmap/counts.ts';
import type { LayerId } from '../features/heatmap/layer.ts';
import { TIMES_LIMITS } from '../features/heatmap/neighbourhood.ts';
import { LIMITS_MS, scanReadSectors, type SpeedScale, type SpeedTime } from '../features/heatmap/presets.ts';
import { classLabel, formatMicroseconds } from './heatmap.ts';

export const layerWords: Readonly<Record<LayerId, { name: string; column: string }>> = {
  state: { name: 'State', column: '' },
  speed: { name: 'Speed', column: 'Read time' },
  risk: { name: 'Risk', column: 'Risk' },
  age: { name: 'Last read', column: 'Last read' },
};

export const timeWords: Readonly<Record<SpeedTime, string>> = { average: 'Average', worst: 'Worst' };

export const scaleWords: Readonly<Record<SpeedScale, string>> = {
  'dm-remap': '3/10/50/150/500 ms (whdd, MHDD)',
  five: '5/20/50/150/500 ms',
  victoria: '5/20/50/200/600 ms (Victoria)',
  hddscan: '5/10/20/50/150/500 ms (HDDScan)',
  neighbourhood: 'Beside its neighbourhood',
};

const riskClasses = ['none', '1–19', '20–39', '40–59', '60–79', '80–100'] as const;
const ageClasses = ['within a day', 'within a week', 'within two weeks', 'within a month', 'longer ago'] as const;

/** Names of a layer's classes, best first. */
export function classNames(layer: LayerId, scale: SpeedScale): readonly string[] {
  const named = (limits: readonly number[], unit: string): string[] =>
    Array.from({ length: limits.length + 1 }, (_, at) => classLabel(limits, at, unit));
  switch (layer) {
    case 'state':
      return named(LATENCY_LIMITS_MS, 'ms');
    case 'speed':
      return scale === 'neighbourhood' ? named(TIMES_LIMITS, '×') : named(LIMITS_MS[scale], 'ms');
    case 'risk':
      return riskClasses;
    case 'age':
      return ageClasses;
  }
}

/** What a class of the layer means, for its legend entry. */
export function classMeaning(layer: LayerId, scale: SpeedScale, time: SpeedTime): string {
  switch (layer) {
    case 'state':
      return 'Was read without trouble.';
    case 'speed':
      return scale === 'neighbourhood'
        ? `${timeWords[time]} time of the scanner’s reads, as so many times the median of the 3 % of the disk around it.`
        : `${timeWords[time]} time of the scanner’s reads.`;
    case 'risk':
      return 'Risk of another error as the kernel judges it, 0 to 100, from errors here and within 10 MiB.';
    case 'age':
      return 'When the scanner last read part of the region, by the clock of its machine.';
  }
}

/** What was read and the layer cannot tell of. */
export const unknownWords: Readonly<Record<LayerId, { name: string; meaning: string }>> = {
  state: { name: 'Not measured', meaning: 'Was read, but its time was not measured.' },
  speed: { name: 'Not measured', meaning: 'Was read, but its time, or enough times around it, were not measured.' },
  risk: { name: 'Not judged', meaning: 'Was read, but its risk is not known.' },
  age: { name: 'Not known', meaning: 'Was read; when is not known.' },
};

/** What stands beside the legend: what the classes are of. */
export function legendNote(layer: LayerId, scale: SpeedScale, blockSectors: number): string {
  const block = `1 block = ${formatBytes(sectorsToBytes(blockSectors))}`;
  const read = formatBytes(sectorsToBytes(scanReadSectors(blockSectors)));
  switch (layer) {
    case 'state':
      return block;
    case 'speed':
      return scale === 'neighbourhood'
        ? `Times the median around it. 1 read = up to ${read}, ${block}`
        : `1 read = up to ${read}, ${block}. A class means nothing without these sizes.`;
    case 'risk':
      return `Filled in part: less sure. ${block}`;
    case 'age':
      return block;
  }
}

/** As {@link legendNote}, in full. */
export function legendHelp(layer: LayerId, blockSectors: number): string {
  const counts = `Counts are blocks in view. A block is ${formatCounted(blockSectors, 'sector')}.`;
  const part = 'A cell that was read in part is filled in part.';
  const regions = 'Known for each region of the disk, at least 128 blocks, not for each block.';
  switch (layer) {
    case 'state':
      return `${counts} Good cells are coloured by average read time: ${classNames(layer, 'dm-remap').join(', ')}. ${part}`;
    case 'speed':
      return `${counts} ${regions} The average weighs the newest read 1/8, the worst is of the last pass. Up to eight reads wait for each other. ${part}`;
    case 'risk':
      return `${counts} ${regions} Filled by a third: confidence below 34 of 100; by two: below 67.`;
    case 'age':
      return `${counts} ${regions} Of several regions in a cell the one that was read longest ago counts. ${part}`;
  }
}

/** `12 ms on average, worst 90 ms`. */
export function timesText({ averageLatencyUs, worstLatencyUs }: HealthCell): string {
  return averageLatencyUs === 0
    ? 'not measured'
    : `${formatMicroseconds(averageLatencyUs)}, worst ${formatMicroseconds(worstLatencyUs)}`;
}

/** `20 of 100, confidence 80`. */
export function riskText({ risk, confidence }: HealthCell): string {
  return `${risk} of 100, confidence ${confidence}`;
}

/** `1.9 × what is usual there`. */
export function usualText(times: number | null): string {
  return times === null ? 'not known beside its neighbourhood' : `${times.toFixed(1)} × what is usual there`;
}

/** @param seconds - between the last read and now; null where that is not known */
export function ageText(seconds: number | null): string {
  return seconds === null ? 'not known' : `${agoText(Math.max(0, seconds) * 1000)} ago`;
}

/** What the layer adds to the summary: blocks in each class that has any. */
export function layerSummary(layer: LayerId, names: readonly string[], counts: BlockCounts): string {
  if (layer === 'state') return '';
  const found = names.flatMap((name, at) => {
    const count = counts.classes[at] ?? 0;
    return count === 0 ? [] : [`${name}: ${formatCounted(count, 'block')}`];
  });
  if (counts.unknown > 0)
    found.push(`${unknownWords[layer].name.toLowerCase()}: ${formatCounted(counts.unknown, 'block')}`);
  return `${layerWords[layer].name}: ${found.length === 0 ? 'nothing is known' : found.join(', ')}.`;
}
