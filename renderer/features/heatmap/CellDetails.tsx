import { useEffect, useState } from 'react';

import { unpackHealth } from '../../../app/bridge/health-pack.ts';
import type { ConnectionId, TargetView } from '../../../app/bridge/snapshot.ts';
import { blockCount, type HealthCell, type RemapRow } from '../../../app/domain/target.ts';
import { formatBytes, formatCount, formatCounted, sectorsToBytes } from '../../../app/domain/units.ts';
import { StateMark } from '../../design/StateMark.tsx';
import { Time } from '../../design/Time.tsx';
import { useBridge } from '../../store/context.tsx';
import { chanceText } from '../../words/forecast.ts';
import { blocksText, predictedWords, stateWords } from '../../words/heatmap.ts';
import { causeWords } from '../../words/remaps.ts';
import { FilesAtBlock } from '../files/FilesAtBlock.tsx';
import { isPartial, residentSectors, residentText, sectorsIn } from '../remaps/residency.ts';
import { CellMeasures } from './CellMeasures.tsx';
import { cellCode, stateOf } from './cells.ts';
import type { Pointed } from './Heatmap.tsx';
import { likeliestIn, predictedIn } from './predicted.ts';

/** How long the pointer rests on a cell before the broker is asked about it. */
const REST_MS = 60;

interface Known {
  readonly key: string;
  readonly cell: HealthCell | undefined;
  readonly row: RemapRow | undefined;
}

/** Everything that is known of the cell under the pointer or the keyboard cursor. */
export function CellDetails(props: { connection: ConnectionId; target: TargetView; pointed: Pointed }) {
  const { target, pointed } = props;
  const { blockSectors, lengthSectors } = target.device;
  const blocks = blockCount(target.device);
  const first = Math.min(pointed.first, blocks - 1);
  const count = Math.min(pointed.count, blocks - first);
  const known = useKnown(props.connection, target, first, count);
  const lastSector = Math.min((first + count) * blockSectors, lengthSectors) - 1;
  const row = count === 1 ? known?.row : undefined;
  const state =
    known === null ? null : stateOf(cellCode(known.cell, count, row !== undefined && isPartial(row, target.device)));
  return (
    <div className="stack" style={{ gap: 'var(--space-2)' }}>
      <div className="row">
        {state !== null && <StateMark state={state} size={16} />}
        <strong>{state === null ? 'Looking…' : stateWords[state].name}</strong>
      </div>
      {state !== null && <p className="label">{stateWords[state].meaning}</p>}
      <dl className="details">
        <dt>{count === 1 ? 'Block' : 'Blocks'}</dt>
        <dd>{blocksText(first, count).replace(/^Blocks? /, '')}</dd>
        <dt>Sectors</dt>
        <dd>
          {formatCount(first * blockSectors)} – {formatCount(lastSector)}
        </dd>
        <dt>Byte offset</dt>
        <dd title={formatBytes(sectorsToBytes(first * blockSectors))}>
          {formatCount(sectorsToBytes(first * blockSectors))}
        </dd>
        {row !== undefined ? (
          <RowDetails row={row} sectors={sectorsIn(row.block, target.device)} />
        ) : (
          <Counts cell={known?.cell} count={count} />
        )}
        <PredictedDetails target={target} first={first} count={count} />
        <CellMeasures connection={props.connection} target={target} first={first} count={count} cell={known?.cell} />
      </dl>
      <FilesAtBlock connection={props.connection} target={target} first={first} count={count} />
    </div>
  );
}

function PredictedDetails({ target, first, count }: { target: TargetView; first: number; count: number }) {
  const ranges = target.forecast?.where.ranges ?? [];
  const likeliest = likeliestIn(ranges, first, count);
  if (likeliest === 0) return null;
  return (
    <>
      <dt>{predictedWords.name}</dt>
      <dd>
        {count === 1 ? '' : `${formatCounted(predictedIn(ranges, first, count), 'block')}, `}
        {chanceText(likeliest)} for another bad block within 10 MiB of the last
      </dd>
    </>
  );
}

function RowDetails({ row, sectors }: { row: RemapRow; sectors: number }) {
  return (
    <>
      {row.spareBlock !== null && (
        <>
          <dt>Spare block</dt>
          <dd>{formatCount(row.spareBlock)}</dd>
          <dt>On the spare</dt>
          <dd>{residentText(residentSectors(row.residency), sectors)}</dd>
        </>
      )}
      {row.cause !== null && (
        <>
          <dt>Cause</dt>
          <dd>{causeWords[row.cause].name}</dd>
        </>
      )}
      <dt>{row.state === 'pending' ? 'First failed' : 'Moved'}</dt>
      <dd>
        <Time milliseconds={row.seconds * 1000} />
      </dd>
    </>
  );
}

function Counts({ cell, count }: { cell: HealthCell | undefined; count: number }) {
  const read = Math.min(count, cell?.scannedBlocks ?? 0);
  const found: readonly (readonly [string, number])[] = [
    ['Cannot be read', cell?.pending ?? 0],
    ['Moved', cell?.mapped ?? 0],
    ['Weak', cell?.soft ?? 0],
    ['Slow', cell?.slow ?? 0],
  ];
  return (
    <>
      {found.map(([name, number]) =>
        number === 0 ? null : (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{formatCounted(number, 'block')}</dd>
          </div>
        ),
      )}
      <dt>Read so far</dt>
      <dd>{count === 1 ? (read === 1 ? 'yes' : 'no') : `${formatCount(read)} of ${formatCount(count)}`}</dd>
    </>
  );
}

function useKnown(connection: ConnectionId, target: TargetView, first: number, count: number): Known | null {
  const bridge = useBridge();
  const [known, setKnown] = useState<Known | null>(null);
  const { name } = target.device;
  const { lastEvent } = target.status;
  const key = `${first}/${count}`;
  useEffect(() => {
    let wanted = true;
    const ask = async (): Promise<void> => {
      try {
        const [health, remaps] = await Promise.all([
          bridge.call('target.health', { connection, name, firstBlock: first, blockCount: count, cells: 1 }),
          count === 1 ? bridge.call('target.remapsAt', { connection, name, fromBlock: first, limit: 1 }) : null,
        ]);
        const row = remaps?.rows.find((one) => one.block === first);
        if (wanted) setKnown({ key, cell: unpackHealth(health.cells)[0], row });
      } catch {
        // The heatmap itself says when the device cannot be asked.
        if (wanted) setKnown(null);
      }
    };
    const timer = setTimeout(() => void ask(), REST_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [bridge, connection, name, first, count, key, lastEvent]);
  return known?.key === key ? known : null;
}
