import type { ConnectionId, TargetView } from '../../../app/bridge/snapshot.ts';
import type { HealthCell } from '../../../app/domain/target.ts';
import { Time } from '../../design/Time.tsx';
import { riskText, timesText } from '../../words/layers.ts';
import { useRegionTimes } from './region-book.ts';

/** What was measured of a cell, whatever the layer: rows of a list of details. */
export function CellMeasures(props: {
  connection: ConnectionId;
  target: TargetView;
  first: number;
  count: number;
  cell: HealthCell | undefined;
}) {
  const { connection, target, first, count, cell } = props;
  const { times, error } = useRegionTimes(connection, target, true);
  if (cell === undefined) return null;
  const oldest = cell.scannedBlocks === 0 ? null : (times?.oldest(first, count) ?? null);
  const unknown = error?.sentence ?? 'not known';
  return (
    <>
      {cell.averageLatencyUs > 0 && (
        <>
          <dt>Read time</dt>
          <dd>{timesText(cell)}</dd>
        </>
      )}
      <dt>Risk</dt>
      <dd>{riskText(cell)}</dd>
      <dt>Last read</dt>
      <dd>{cell.scannedBlocks === 0 ? 'never' : oldest === null ? unknown : <Time milliseconds={oldest * 1000} />}</dd>
    </>
  );
}
