import { Tooltip } from '@mantine/core';

import { formatBytes, formatCount, sectorsToBytes } from '../../../app/domain/units.ts';
import { HatchMark, StateMark, type BlockState } from '../../design/StateMark.tsx';
import { latencyLabel, predictedWords, stateWords } from '../../words/heatmap.ts';
import type { BlockCounts, Picked } from './cells.ts';
import { goodColours } from './palette.ts';

export interface LegendProps {
  readonly counts: BlockCounts;
  /** Of the whole device: the health query does not tell blocks that are moved in part. */
  readonly partial: number;
  readonly blockSectors: number;
  /** Predicted blocks in the window. */
  readonly predicted: number;
  readonly picked: Picked | null;
  readonly onPick: (picked: Picked | null) => void;
}

/** Every state with its mark and how many blocks of the window are in it. Picking one dims the others. */
export function Legend({ counts, partial, blockSectors, predicted, picked, onPick }: LegendProps) {
  const numbers: Readonly<Record<BlockState, number | null>> = {
    pending: counts.pending,
    moved: counts.moved,
    partial,
    soft: counts.soft,
    slow: counts.slow,
    good: null,
    unread: Math.max(0, counts.blocks - counts.read),
  };
  const order: readonly BlockState[] = ['pending', 'moved', 'partial', 'soft', 'slow', 'unread', 'good'];
  return (
    <div className="heat-legend" role="group" aria-label="Legend, with blocks in view">
      {order.map((state) => {
        const count = numbers[state];
        const { name, meaning } = stateWords[state];
        return (
          <Tooltip key={state} label={`${meaning} Click to pick these out; N and P walk them.`} w={260}>
            <button
              type="button"
              className="heat-legend-entry"
              aria-pressed={picked === state}
              onClick={() => onPick(picked === state ? null : state)}
            >
              {state === 'good' ? <Ramp /> : <StateMark state={state} />}
              {state === 'good' ? `Good, ${latencyLabel(0)} to ${latencyLabel(goodColours.length - 1)}` : name}{' '}
              {count !== null && <span className="heat-legend-count">{formatCount(count)}</span>}
            </button>
          </Tooltip>
        );
      })}
      <Tooltip label={`${predictedWords.meaning} Click to pick these out; N and P walk them.`} w={260}>
        <button
          type="button"
          className="heat-legend-entry"
          aria-pressed={picked === 'predicted'}
          onClick={() => onPick(picked === 'predicted' ? null : 'predicted')}
        >
          <HatchMark />
          {predictedWords.name} <span className="heat-legend-count">{formatCount(predicted)}</span>
        </button>
      </Tooltip>
      <span className="grow" />
      <Tooltip
        label={`Counts are blocks in view. A block is ${blockSectors} sectors. Good cells are coloured by average read time: ${goodColours
          .map((_, at) => latencyLabel(at))
          .join(', ')}. A cell that was read in part is filled in part.`}
        w={300}
      >
        <span className="label" tabIndex={0}>
          1 block = {formatBytes(sectorsToBytes(blockSectors))}
        </span>
      </Tooltip>
    </div>
  );
}

function Ramp() {
  return (
    <span className="heat-ramp" aria-hidden="true">
      {goodColours.map((colour) => (
        <span key={colour} style={{ background: colour }} />
      ))}
    </span>
  );
}
