import type { ReactElement } from 'react';
import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceArea,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';

import { formatCount } from '../../../app/domain/units.ts';
import { MarkStrip } from './MarkStrip.tsx';
import { tickFormat } from './ranges.ts';
import { lastOf, spanOf, type ChartRow, type Gap, type Mark, type PlottedName } from './series.ts';

export interface Series {
  readonly figure: PlottedName;
  readonly name: string;
  readonly colour: string;
  readonly dash?: string;
}

/** Left of the plot, and right of it, in pixels. */
const AXIS_WIDTH = 58;
const RIGHT_MARGIN = 8;
const HEIGHT = 132;
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

export interface ChartProps {
  readonly title: string;
  readonly series: readonly Series[];
  readonly rows: readonly ChartRow[];
  readonly gaps: readonly Gap[];
  readonly marks: readonly Mark[];
  readonly from: number;
  readonly to: number;
}

/** Figures over time: the line is the last value of each point, the band behind it the least and the greatest. */
export function Chart({ title, series, rows, gaps, marks, from, to }: ChartProps) {
  const ticks = tickFormat(to - from);
  const last = rows.at(-1);
  return (
    <figure className="history-chart" aria-label={title}>
      <figcaption className="row row-wrap">
        <span className="panel-title grow">{title}</span>
        {series.map(({ figure, name, colour, dash }) => (
          <span key={figure} className="row label">
            <svg width="18" height="8" aria-hidden="true">
              <line x1="0" x2="18" y1="4" y2="4" stroke={colour} strokeWidth="2" strokeDasharray={dash ?? 'none'} />
            </svg>
            {series.length > 1 && name}{' '}
            <strong>{formatCount(last === undefined ? 0 : (lastOf(last, figure) ?? 0))}</strong>
          </span>
        ))}
      </figcaption>
      <div style={{ marginLeft: AXIS_WIDTH, marginRight: RIGHT_MARGIN }}>
        <MarkStrip marks={marks} from={from} to={to} />
      </div>
      <ResponsiveContainer width="100%" height={HEIGHT} initialDimension={{ width: 480, height: HEIGHT }}>
        <ComposedChart data={[...rows]} margin={{ top: 2, right: RIGHT_MARGIN, bottom: 0, left: 0 }}>
          <CartesianGrid stroke="var(--line)" vertical={false} />
          <XAxis
            dataKey="at"
            type="number"
            domain={[from, to]}
            allowDataOverflow
            tickFormatter={(value: number) => ticks.format(value)}
            stroke="var(--line-strong)"
            tick={{ fill: 'var(--ink-3)', fontSize: 11 }}
            minTickGap={48}
          />
          <YAxis
            width={AXIS_WIDTH}
            allowDecimals={false}
            tickCount={4}
            tickFormatter={formatCount}
            stroke="none"
            tick={{ fill: 'var(--ink-3)', fontSize: 11 }}
            domain={['auto', 'auto']}
          />
          {gaps.map((gap) => (
            <ReferenceArea key={gap.from} x1={gap.from} x2={gap.to} fill="url(#history-gap)" fillOpacity={1} />
          ))}
          {marks.map(({ first }) => (
            <ReferenceLine
              key={`${first.number}-${first.milliseconds}`}
              x={first.milliseconds}
              stroke="var(--line-strong)"
              strokeDasharray="2 3"
            />
          ))}
          <Tooltip
            isAnimationActive={false}
            contentStyle={{
              background: 'var(--surface)',
              border: '1px solid var(--line-strong)',
              borderRadius: 8,
              fontSize: 12,
            }}
            labelFormatter={(value) => exact.format(Number(value))}
            formatter={(value, name) =>
              Array.isArray(value)
                ? [`${formatCount(Number(value[0]))} to ${formatCount(Number(value[1]))}`, name]
                : [formatCount(Number(value)), name]
            }
          />
          {series.map(({ figure, name, colour }) => (
            <Area
              key={`${figure}-span`}
              dataKey={(row: ChartRow) => spanOf(row, figure)}
              name={`${name}, least to greatest`}
              stroke="none"
              fill={colour}
              fillOpacity={0.22}
              isAnimationActive={false}
              activeDot={false}
              type="stepBefore"
            />
          ))}
          {series.map(({ figure, name, colour, dash }) => (
            <Line
              key={figure}
              dataKey={(row: ChartRow) => lastOf(row, figure)}
              name={name}
              stroke={colour}
              strokeWidth={2}
              {...(dash === undefined ? {} : { strokeDasharray: dash })}
              dot={dotAlone}
              isAnimationActive={false}
              type="stepAfter"
            />
          ))}
        </ComposedChart>
      </ResponsiveContainer>
    </figure>
  );
}

interface DotProps {
  readonly cx?: number | undefined;
  readonly cy?: number | undefined;
  readonly stroke?: string | undefined;
  readonly index?: number | undefined;
  readonly payload?: ChartRow | undefined;
}

/** A point that no line leads to would not be seen. */
function dotAlone({ cx, cy, stroke = 'none', index = 0, payload }: DotProps): ReactElement {
  if (payload?.alone !== true || cx === undefined || cy === undefined) return <g key={index} />;
  return <circle key={index} cx={cx} cy={cy} r={3} fill={stroke} />;
}
