import './forecast.css';

import type { Forecast } from '../../../app/forecast/output.ts';
import { verdictWords } from '../../../app/forecast/words.ts';
import { ToneMark } from '../../design/ToneMark.tsx';
import { bandText, verdictTones } from '../../words/forecast.ts';
import { Band } from './Band.tsx';

/** The forecast in three lines, with the way to all of it where it does not stand on the same page. */
export function ForecastShort({ forecast, href = null }: { forecast: Forecast; href?: string | null }) {
  const { verdict, probability, numberHolds } = forecast;
  return (
    <section aria-label="Forecast in short">
      <div className="gauge-row">
        <h3 className="panel-title">Forecast</h3>
        <span className="row" style={{ gap: 5 }}>
          <ToneMark tone={verdictTones[verdict]} size={15} />
          <strong>{verdictWords[verdict].name}</strong>
        </span>
      </div>
      {numberHolds && <Band probability={probability} />}
      <p className="label" style={{ marginTop: 5 }}>
        {numberHolds ? `${bandText(probability)} fail within 60 days. ` : `${forecast.sentence} `}
        {href === null ? 'The reasons stand below.' : <a href={href}>Why</a>}
      </p>
    </section>
  );
}
