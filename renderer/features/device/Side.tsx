import { Button } from '@mantine/core';

import type { Connection, TargetView } from '../../../app/bridge/snapshot.ts';
import { isSpareLow, spareFree } from '../../../app/domain/spare.ts';
import { blockCount } from '../../../app/domain/target.ts';
import { formatBytes, formatCount, sectorsToBytes } from '../../../app/domain/units.ts';
import { href } from '../../app/router.ts';
import { ForecastShort } from '../forecast/ForecastShort.tsx';
import { CellDetails } from '../heatmap/CellDetails.tsx';
import type { Pointed } from '../heatmap/Heatmap.tsx';
import { EventLine } from '../events/EventLine.tsx';
import { ScanPanel } from '../scan/ScanPanel.tsx';
import { ScanPart } from '../scan/ScanPart.tsx';
import { percent } from './Tiles.tsx';

const LAST_EVENTS = 6;

/** Beside the heatmap: the cell that is pointed at; otherwise how much spare is left, the forecast and what happened last. */
export function Side(props: {
  connection: Connection;
  target: TargetView;
  pointed: Pointed | null;
  onShowRow: (block: number) => void;
}) {
  const { connection, target, pointed } = props;
  return (
    <aside className="panel device-side" aria-label="Details">
      {pointed !== null ? (
        <div className="side-part side-scroll" tabIndex={0} role="region" aria-label="What is known">
          <CellDetails connection={connection.id} target={target} pointed={pointed} />
          <ScanPart
            key={`${pointed.first}/${pointed.count}`}
            connection={connection}
            target={target}
            {...within(pointed, blockCount(target.device))}
          />
          <Button
            variant="subtle"
            size="compact-xs"
            style={{ marginTop: 8, marginLeft: -8 }}
            onClick={() => props.onShowRow(pointed.first)}
          >
            Show in the remap table
          </Button>
        </div>
      ) : (
        <div className="side-scroll" tabIndex={0} role="region" aria-label="Spare, scan, forecast and last events">
          <div className="side-part">
            <SpareGauge target={target} />
          </div>
          <div className="side-part">
            <ScanPanel connection={connection} target={target} />
          </div>
          {target.forecast !== null && (
            <div className="side-part">
              <ForecastShort
                forecast={target.forecast.disk}
                href={href({ at: 'device', connection: connection.id, name: target.device.name, tab: 'forecast' })}
              />
            </div>
          )}
          <div className="side-part">
            <h3 className="panel-title" style={{ marginBottom: 8 }}>
              Last events
            </h3>
            {target.events.length === 0 && <p className="label">Nothing has happened since protection began.</p>}
            <ul className="event-lines">
              {target.events
                .slice(-LAST_EVENTS)
                .reverse()
                .map((event) => (
                  <EventLine key={event.number} event={event} />
                ))}
            </ul>
            <p className="label" style={{ marginTop: 10 }}>
              Point at a cell, or use the arrow keys in the heatmap, to see what is known of it.
            </p>
          </div>
        </div>
      )}
    </aside>
  );
}

/** What of a cell lies on the device: the last one may reach beyond its end. */
function within({ first, count }: Pointed, blocks: number): { first: number; count: number } {
  const from = Math.min(first, blocks - 1);
  return { first: from, count: Math.min(count, blocks - from) };
}

function SpareGauge({ target }: { target: TargetView }) {
  const { status, device } = target;
  const free = spareFree(status);
  const part = status.spareTotal === 0 ? 0 : free / status.spareTotal;
  const low = isSpareLow(status, device.settings);
  return (
    <div>
      <div className="gauge-row">
        <h3 className="panel-title">Spare</h3>
        <span>
          <strong>{percent(part)}</strong> <span className="label">left</span>
        </span>
      </div>
      <div
        className="meter"
        role="meter"
        aria-label="Spare blocks left"
        aria-valuemin={0}
        aria-valuemax={status.spareTotal}
        aria-valuenow={free}
      >
        <div
          className="meter-fill"
          style={{ width: `${part * 100}%`, background: low ? 'var(--pending)' : 'var(--data-1)' }}
        />
      </div>
      <p className="label" style={{ marginTop: 5 }}>
        {formatCount(free)} of {formatCount(status.spareTotal)} blocks,{' '}
        {formatBytes(sectorsToBytes(free * device.blockSectors))}
        {low ? '. This is low.' : ''}
      </p>
    </div>
  );
}
