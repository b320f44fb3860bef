import { IconChartLine } from '@tabler/icons-react';
import { CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';

import type { Sample, TargetView } from '../../../app/bridge/snapshot.ts';
import { formatCount } from '../../../app/domain/units.ts';
import { Empty } from '../../design/Empty.tsx';
import { thin } from './thin.ts';

interface Series {
  readonly key: Exclude<keyof Sample, 'milliseconds'>;
  readonly name: string;
  readonly colour: string;
  readonly dash?: string;
}

const charts: readonly { title: string; series: readonly Series[] }[] = [
  {
    title: 'Blocks moved and blocks that cannot be read',
    series: [
      { key: 'moved', name: 'Moved', colour: 'var(--data-3)' },
      { key: 'pending', name: 'Cannot be read', colour: 'var(--data-2)', dash: '5 3' },
    ],
  },
  {
    title: 'Spare blocks left',
    series: [{ key: 'spareFree', name: 'Spare left', colour: 'var(--data-1)' }],
  },
  {
    title: 'Errors of the main disk',
    series: [
      { key: 'readErrors', name: 'Read errors', colour: 'var(--data-2)' },
      { key: 'writeErrors', name: 'Write errors', colour: 'var(--data-4)', dash: '5 3' },
    ],
  },
];

/** More points than this are no more to see, and slow to draw as SVG. */
const MOST_POINTS = 400;
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const clockWithSeconds = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
/** Charts over less than this, in milliseconds, tell seconds: their ticks would all read alike. */
const SHORT_MS = 10 * 60_000;
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** The numbers over time, since this device is watched. */
export function History({ target }: { target: TargetView }) {
  const { samples } = target;
  if (samples.length < 2) {
    return (
      <Empty icon={IconChartLine} title="There is no history yet">
        The first points appear when the numbers change.
      </Empty>
    );
  }
  const points = thin(samples, MOST_POINTS);
  return (
    <div className="panel-body" style={{ display: 'grid', gap: 'var(--space-5)' }}>
      {charts.map((chart) => (
        <Chart key={chart.title} {...chart} points={points} />
      ))}
    </div>
  );
}

function Chart({ title, series, points }: { title: string; series: readonly Series[]; points: readonly Sample[] }) {
  const last = points.at(-1);
  const span = (last?.milliseconds ?? 0) - (points[0]?.milliseconds ?? 0);
  const ticks = span < SHORT_MS ? clockWithSeconds : clock;
  return (
    <figure style={{ margin: 0 }} aria-label={title}>
      <figcaption className="row row-wrap" style={{ marginBottom: 6 }}>
        <span className="panel-title grow">{title}</span>
        {series.map(({ key, name, colour, dash }) => (
          <span key={key} className="row label">
            <svg width="18" height="8" aria-hidden="true">
              <line x1="0" x2="18" y1="4" y2="4" stroke={colour} strokeWidth="2" strokeDasharray={dash ?? 'none'} />
            </svg>
            {name} <strong>{formatCount(last?.[key] ?? 0)}</strong>
          </span>
        ))}
      </figcaption>
      <ResponsiveContainer width="100%" height={170} initialDimension={{ width: 800, height: 170 }}>
        <LineChart data={[...points]} margin={{ top: 6, right: 8, bottom: 0, left: 0 }}>
          <CartesianGrid stroke="var(--line)" vertical={false} />
          <XAxis
            dataKey="milliseconds"
            type="number"
            domain={['dataMin', 'dataMax']}
            tickFormatter={(value: number) => ticks.format(value)}
            stroke="var(--line-strong)"
            tick={{ fill: 'var(--ink-3)', fontSize: 11 }}
            minTickGap={60}
          />
          <YAxis
            width={56}
            allowDecimals={false}
            tickFormatter={formatCount}
            stroke="none"
            tick={{ fill: 'var(--ink-3)', fontSize: 11 }}
            domain={['auto', 'auto']}
          />
          <Tooltip
            isAnimationActive={false}
            contentStyle={{
              background: 'var(--surface)',
              border: '1px solid var(--line-strong)',
              borderRadius: 8,
              fontSize: 12,
            }}
            labelFormatter={(value) => exact.format(Number(value))}
            formatter={(value, name) => [formatCount(Number(value)), name]}
          />
          {series.map(({ key, name, colour, dash }) => (
            <Line
              key={key}
              dataKey={key}
              name={name}
              stroke={colour}
              strokeWidth={2}
              {...(dash === undefined ? {} : { strokeDasharray: dash })}
              dot={false}
              isAnimationActive={false}
              type="stepAfter"
            />
          ))}
        </LineChart>
      </ResponsiveContainer>
    </figure>
  );
}
