import { Tooltip } from '@mantine/core';
import { memo, useRef } from 'react';

import { formatCount } from '../../../app/domain/units.ts';
import { HatchMark, StateMark, UnknownMark, type BlockState } from '../../design/StateMark.tsx';
import { countText, predictedWords, stateWords } from '../../words/heatmap.ts';
import { classMeaning, classNames, legendHelp, legendNote, unknownWords } from '../../words/layers.ts';
import type { Picked } from './cells.ts';
import type { BlockCounts } from './counts.ts';
import { classColours } from './palette.ts';
import { useKeptHeight } from './use-kept-height.ts';
import type { LayerData } from './use-layer.ts';
import { usePalette } from './use-painter.ts';

export interface LegendProps {
  readonly data: LayerData;
  readonly counts: BlockCounts;
  /** Of the whole device: the health query does not tell blocks that are moved in part. */
  readonly partial: number;
  readonly blockSectors: number;
  /** Predicted blocks in the window; null while the forecast is not shown. */
  readonly predicted: number | null;
  readonly picked: Picked | null;
  readonly onPick: (picked: Picked | null) => void;
}

const bad: readonly BlockState[] = ['pending', 'moved', 'partial', 'soft', 'slow'];

/** Every state and class of the layer with its mark and how many blocks of the window are in it. Picking one dims the others. */
export const Legend = memo(function Legend(props: LegendProps) {
  const { data, counts, partial, blockSectors, predicted, picked, onPick } = props;
  const { layer, scale, time } = data;
  const legend = useRef<HTMLDivElement>(null);
  useKeptHeight(legend, `${layer.id} ${scale}`);
  const colours = classColours(usePalette(), layer);
  const names = classNames(layer.id, scale);
  const found = (count: number): string => countText(count, counts.unheard);
  const ofStates: Readonly<Record<BlockState, string | null>> = {
    unread: found(counts.unread),
    slow: found(counts.slow),
    soft: found(counts.soft),
    moved: found(counts.moved),
    pending: found(counts.pending),
    partial: formatCount(partial),
    good: null,
  };
  const entry = (what: Picked, mark: React.ReactNode, name: string, meaning: string, count: string | null) => (
    <Tooltip key={what} label={`${meaning} Click to pick these out; N and P walk them.`} w={260}>
      <button
        type="button"
        className="heat-legend-entry"
        aria-pressed={picked === what}
        onClick={() => onPick(picked === what ? null : what)}
      >
        {mark}
        {name} {count !== null && <span className="heat-legend-count">{count}</span>}
      </button>
    </Tooltip>
  );
  const ofState = (state: BlockState) =>
    entry(state, <StateMark state={state} />, stateWords[state].name, stateWords[state].meaning, ofStates[state]);
  return (
    <div ref={legend} className="heat-legend" role="group" aria-label="Legend, with blocks in view">
      {bad.map(ofState)}
      {predicted !== null &&
        entry('predicted', <HatchMark />, predictedWords.name, predictedWords.meaning, formatCount(predicted))}
      {ofState('unread')}
      {layer.id === 'state'
        ? entry(
            'good',
            <Ramp colours={colours} />,
            `Good, ${names[0] ?? ''} to ${names.at(-1) ?? ''}`,
            stateWords.good.meaning,
            null,
          )
        : colours.map((colour, at) =>
            entry(
              at,
              <StateMark state="good" fill={colour} />,
              names[at] ?? '',
              classMeaning(layer.id, scale, time),
              found(counts.classes[at] ?? 0),
            ),
          )}
      {counts.unknown > 0 && (
        <Tooltip label={unknownWords[layer.id].meaning} w={260}>
          <span className="heat-legend-entry heat-legend-plain" tabIndex={0}>
            <UnknownMark />
            {unknownWords[layer.id].name} <span className="heat-legend-count">{found(counts.unknown)}</span>
          </span>
        </Tooltip>
      )}
      <span className="grow" />
      <Tooltip label={legendHelp(layer.id, blockSectors)} w={300}>
        <span className="label heat-legend-note" tabIndex={0}>
          {legendNote(layer.id, scale, blockSectors)}
        </span>
      </Tooltip>
    </div>
  );
});

function Ramp({ colours }: { colours: readonly string[] }) {
  return (
    <span className="heat-ramp" aria-hidden="true">
      {colours.map((colour) => (
        <span key={colour} style={{ background: colour }} />
      ))}
    </span>
  );
}
