import { VERDICT_FROM } from '../../../app/forecast/forecast.ts';
import type { Forecast } from '../../../app/forecast/output.ts';
import { bandText, chanceText } from '../../words/forecast.ts';

/** Ends of the scale. It is logarithmic: what matters lies between a thousandth and one. */
const LEAST = 0.001;

function placeOf(probability: number): number {
  return Math.min(1, Math.max(0, 1 - Math.log(Math.max(LEAST, probability)) / Math.log(LEAST)));
}

const ticks = [LEAST, 0.01, 0.1, 1] as const;

/** The band of a probability on a scale from 0.1 to 100 %, with its point. The numbers stand beside it in words. */
export function Band({ probability, scale = false }: { probability: Forecast['probability']; scale?: boolean }) {
  const { low, point, high } = probability;
  const from = placeOf(low) * 100;
  const width = Math.max(1.5, placeOf(high) * 100 - from);
  const level = point >= VERDICT_FROM.soon ? 'soon' : point >= VERDICT_FROM.watch ? 'watch' : 'none';
  return (
    <div
      className="band"
      role="img"
      aria-label={`Probability of failure within 60 days: ${bandText(probability)}, most likely ${chanceText(point)}`}
    >
      <div className="band-line">
        <span className={`band-fill band-${level}`} style={{ left: `${from}%`, width: `${width}%` }} />
        <span className="band-point" style={{ left: `${placeOf(point) * 100}%` }} />
      </div>
      {scale && (
        <div className="band-ticks" aria-hidden="true">
          {ticks.map((tick) => (
            <span key={tick} style={{ left: `${placeOf(tick) * 100}%` }}>
              {chanceText(tick)}
            </span>
          ))}
        </div>
      )}
    </div>
  );
}
