import type { Sample } from '../../../app/bridge/snapshot.ts';
import { formatCounted } from '../../../app/domain/units.ts';

const WIDTH = 150;
const HEIGHT = 34;

/** Points of the line of moved blocks over time, in a box of {@link WIDTH} by {@link HEIGHT}. */
export function trendPoints(samples: readonly Sample[]): string {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined) return '';
  const span = Math.max(1, last.milliseconds - first.milliseconds);
  const low = Math.min(...samples.map((sample) => sample.moved));
  const high = Math.max(low + 1, ...samples.map((sample) => sample.moved));
  return samples
    .map((sample) => {
      const x = ((sample.milliseconds - first.milliseconds) / span) * (WIDTH - 4) + 2;
      const y = HEIGHT - 3 - ((sample.moved - low) / (high - low)) * (HEIGHT - 6);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' ');
}

/** How the number of moved blocks changed between the first sample and the last: blocks can be given back, too. */
export function trendLabel(first: Sample, last: Sample): string {
  const grown = last.moved - first.moved;
  const since = new Date(first.milliseconds).toLocaleString();
  if (grown === 0) return `As many blocks on the spare as at ${since}`;
  return `${formatCounted(Math.abs(grown), grown > 0 ? 'more block' : 'fewer block')} on the spare since ${since}`;
}

/** The line of moved blocks since this device is watched. */
export function Trend({ samples }: { samples: readonly Sample[] }) {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || samples.length < 2) return null;
  const label = trendLabel(first, last);
  return (
    <svg className="trend" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <title>{label}</title>
      <line x1="0" x2={WIDTH} y1={HEIGHT - 2} y2={HEIGHT - 2} stroke="var(--line)" />
      <polyline
        points={trendPoints(samples)}
        fill="none"
        stroke="var(--data-3)"
        strokeWidth="1.8"
        strokeLinejoin="round"
      />
    </svg>
  );
}
