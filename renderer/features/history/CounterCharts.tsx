import './history.css';

import type { CounterHistory } from '../../../app/history/counters.ts';
import { Chart } from './Chart.tsx';
import { counterRows, everRose } from './counter-series.ts';
import { counterCharts } from './figures.ts';

/** What a drive counted of its own damage over a time. */
export function CounterCharts(props: {
  counters: readonly CounterHistory[];
  from: number;
  to: number;
  heard: number | null;
}) {
  const { counters, from, to, heard } = props;
  const rows = counterRows(counters, from, to, heard);
  const shown = counterCharts.flatMap(({ title, series }) => {
    const rising = series.filter(({ figure }) => everRose(counters, figure));
    return rising.length === 0 ? [] : [{ title, series: rising }];
  });
  if (shown.length === 0) return <p className="label">All that it counts of its own damage has been 0 so far.</p>;
  if (rows.length === 0) return <p className="label">It was not read in this time.</p>;
  return (
    <>
      <div className="history-charts">
        {shown.map(({ title, series }) => (
          <Chart key={title} title={title} series={series} rows={rows} gaps={[]} marks={[]} from={from} to={to} />
        ))}
      </div>
      <p className="label">
        As the drive tells them, at most every 30 minutes while the program runs: a step stands where a change was seen.
        Counters that were always 0 are left out.
      </p>
    </>
  );
}
