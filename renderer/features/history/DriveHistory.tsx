import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';

import type { Connection } from '../../../app/bridge/snapshot.ts';
import { Failure } from '../../design/Notice.tsx';
import { Time } from '../../design/Time.tsx';
import { CounterCharts } from './CounterCharts.tsx';
import { lengthOf, ranges, type RangeName } from './ranges.ts';
import { useCounters } from './use-counters.ts';

/** What a disk counted of its own damage over the time that is chosen. Nothing where nothing is kept of it. */
export function DriveHistory({ connection, devno }: { connection: Connection; devno: string }) {
  const [range, setRange] = useState<RangeName>('all');
  const { counters, error } = useCounters(connection, devno);
  const heard = connection.smart[devno]?.heard ?? null;
  if (error !== null) return connection.history.error === null ? <Failure error={error} /> : null;
  if (counters.length === 0) return null;
  const seen = counters.flatMap(({ changes }) => changes.map(({ milliseconds }) => milliseconds));
  const oldest = Math.min(...seen);
  const to = Math.max(heard ?? 0, ...seen);
  const length = lengthOf(range);
  return (
    <section className="panel panel-body history" aria-label="What the drive counted">
      <div className="row row-wrap">
        <h3 className="panel-title grow">What the drive counted</h3>
        <span className="label">
          Kept since <Time milliseconds={oldest} />
        </span>
        <SegmentedControl
          aria-label="How far back"
          value={range}
          onChange={setRange}
          data={ranges.map(({ value, label }) => ({ value, label }))}
        />
      </div>
      <CounterCharts
        counters={counters}
        from={length === null ? oldest : Math.max(oldest, to - length)}
        to={to}
        heard={heard}
      />
    </section>
  );
}
