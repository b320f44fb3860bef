import { Button } from '@mantine/core';
import { useMemo } from 'react';

import type { PredictedRange } from '../../../app/forecast/output.ts';
import { formatCount } from '../../../app/domain/units.ts';
import { StateMark } from '../../design/StateMark.tsx';
import { blocksText, predictedWords, rangeInBytes, stateWords } from '../../words/heatmap.ts';
import { layerWords } from '../../words/layers.ts';
import { classOf, codes, isPicked, stateOf, type Picked } from './cells.ts';
import type { Describe } from './describe.ts';
import type { Layer } from './layer.ts';
import { predictedCells, predictedIn } from './predicted.ts';
import type { HeatmapData } from './use-heatmap.ts';
import { blocksPerCell } from './view.ts';

/** Rows shown at most; beyond it the reader is told to zoom in. */
const MOST_ROWS = 500;

/**
 * The same cells as the picture shows, as a table: what is picked in the legend one by one; where nothing is, those with
 * trouble, those in the layer's worse classes and those that hold something predicted. The others are told in the summary.
 */
export function CellTable(props: {
  data: HeatmapData;
  layer: Layer;
  describe: Describe;
  picked: Picked | null;
  cells: number;
  blockSectors: number;
  predicted: readonly PredictedRange[];
  onPick: (block: number) => void;
}) {
  const { data, layer, describe, picked, cells, blockSectors, predicted, onPick } = props;
  const { tiles, view, scale, revision } = data;
  const rows = useMemo(() => {
    const out = new Uint8Array(cells);
    tiles.codes(layer, view.level, view.first, cells, out);
    const likely = new Uint8Array(cells);
    for (const { from, to } of predictedCells(predicted, view, cells)) likely.fill(1, from, to);
    const found: { first: number; code: number; revision: number }[] = [];
    out.forEach((code, index) => {
      if (code >= codes.loading) return;
      const listed =
        picked === null
          ? code >= codes.slow || (classOf(code) ?? -1) >= layer.notable || likely[index] === 1
          : picked === 'predicted'
            ? likely[index] === 1
            : isPicked(code, picked);
      if (!listed) return;
      found.push({ first: view.first + index * blocksPerCell(view.level), code, revision });
    });
    return found;
  }, [tiles, layer, picked, view, cells, predicted, revision]);
  return (
    <div className="heat-table" tabIndex={0} role="region" aria-label="Cells with trouble, and predicted ones">
      <table className="table">
        <thead>
          <tr>
            <th>Worst state</th>
            <th>Blocks</th>
            <th>Place</th>
            <th className="num">Unreadable</th>
            <th className="num">Moved</th>
            <th className="num">Weak</th>
            <th className="num">Slow</th>
            {layer.id !== 'state' && <th>{layerWords[layer.id].column}</th>}
            <th className="num">{predictedWords.name}</th>
            <th>
              <span className="visually-hidden">Action</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST_ROWS).map(({ first, code }) => {
            const state = stateOf(code) ?? 'unread';
            const cell = tiles.cell(view.level, first);
            const count = Math.min(blocksPerCell(view.level), scale.blocks - first);
            return (
              <tr key={first}>
                <td>
                  <span className="row nowrap">
                    <StateMark state={state} /> {stateWords[state].name}
                  </span>
                </td>
                <td className="nowrap">{blocksText(first, count).replace(/^Blocks? /, '')}</td>
                <td className="nowrap">{rangeInBytes(first, count, blockSectors)}</td>
                <td className="num">{formatCount(cell?.pending ?? 0)}</td>
                <td className="num">{formatCount(cell?.mapped ?? 0)}</td>
                <td className="num">{formatCount(cell?.soft ?? 0)}</td>
                <td className="num">{formatCount(cell?.slow ?? 0)}</td>
                {layer.id !== 'state' && <td>{describe(cell, first, count)}</td>}
                <td className="num">{formatCount(predictedIn(predicted, first, count))}</td>
                <td className="num">
                  <Button
                    variant="subtle"
                    size="compact-xs"
                    aria-label={`Go to block ${formatCount(first)}`}
                    onClick={() => onPick(first)}
                  >
                    Go
                  </Button>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {rows.length === 0 && (
        <p className="label panel-body">
          {picked === null
            ? 'No cell with trouble is known or predicted in this part.'
            : 'No cell of this part is what was picked in the legend.'}
        </p>
      )}
      {rows.length > MOST_ROWS && (
        <p className="label panel-body">
          {formatCount(rows.length - MOST_ROWS)} more cells are not listed. Zoom in to see them.
        </p>
      )}
    </div>
  );
}
