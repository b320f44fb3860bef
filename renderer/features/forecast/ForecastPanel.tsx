import './forecast.css';

import { Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';

import type { Forecast, ForecastTerm, TargetForecast } from '../../../app/forecast/output.ts';
import { verdictWords } from '../../../app/forecast/words.ts';
import { Notice } from '../../design/Notice.tsx';
import { ToneMark } from '../../design/ToneMark.tsx';
import {
  bandInDisks,
  bandText,
  chanceText,
  driveBasis,
  familyWords,
  verdictTones,
  whereText,
} from '../../words/forecast.ts';
import { Band } from './Band.tsx';

/** What is likely to come of a protected device's main disk, why, how sure that is, and what cannot be known. */
export function ForecastPanel({ forecast: { disk, where } }: { forecast: TargetForecast }) {
  return (
    <Whole forecast={disk}>
      <h3 className="panel-title">Where</h3>
      <p>{whereText(where)}</p>
    </Whole>
  );
}

/** The same of a drive of which nothing is known but what it tells of itself, now (`disk`) or once (`file`). */
export function DriveForecast({ forecast, from }: { forecast: Forecast; from: 'disk' | 'file' }) {
  return (
    <Whole forecast={forecast}>
      <h3 className="panel-title">From its own counters alone</h3>
      <p>{driveBasis[from]}</p>
    </Whole>
  );
}

function Whole({ forecast, children }: { forecast: Forecast; children: ReactNode }) {
  return (
    <div className="forecast">
      <Head forecast={forecast} />
      <Terms terms={forecast.terms} numbered={forecast.numberHolds} />
      <div className="forecast-aside">
        <section>{children}</section>
        <Known forecast={forecast} />
        <section>
          <h3 className="panel-title">What this cannot know</h3>
          <ul className="forecast-limits">
            {forecast.limits.map((limit) => (
              <li key={limit}>{limit}</li>
            ))}
          </ul>
        </section>
      </div>
    </div>
  );
}

function Head({ forecast }: { forecast: Forecast }) {
  const { verdict, probability, numberHolds, sentence, advice } = forecast;
  return (
    <section className="forecast-head" aria-label="Forecast">
      <div className="row" style={{ alignItems: 'flex-start' }}>
        <ToneMark tone={verdictTones[verdict]} size={22} />
        <div>
          <h3 className="forecast-verdict">
            {verdictWords[verdict].name}. <span>{sentence}</span>
          </h3>
          <p>{advice}</p>
        </div>
      </div>
      {numberHolds ? (
        <div className="forecast-number">
          <Band probability={probability} scale />
          <p>
            <strong>{bandText(probability)}</strong>, most likely {chanceText(probability.point)}.{' '}
            <span className="label">{bandInDisks(probability)}</span>
          </p>
        </div>
      ) : (
        <p className="label">No number is given: what the drive says of itself goes before any statistics.</p>
      )}
    </section>
  );
}

/** @param numbered - whether a number is shown that a term could be in */
function Terms({ terms, numbered }: { terms: readonly ForecastTerm[]; numbered: boolean }) {
  return (
    <section className="forecast-terms" aria-label="What it is made from">
      <h3 className="panel-title">What it is made from</h3>
      {terms.length === 0 && <p className="label">No sign of trouble was counted.</p>}
      <ul>
        {terms.map((term) => (
          <Term key={term.id} term={term} numbered={numbered} />
        ))}
      </ul>
    </section>
  );
}

function Term({ term, numbered }: { term: ForecastTerm; numbered: boolean }) {
  const { family, weak, decides, sentence, source, evidence } = term;
  return (
    <li className={family === 'link' ? 'forecast-link' : undefined}>
      <span className={`badge ${decides && numbered ? 'badge-brand' : ''}`}>{familyWords[family]}</span>
      <div>
        <Tooltip label={`Source: ${source}`} w={300}>
          <span className="forecast-sentence" tabIndex={0}>
            {sentence}
          </span>
        </Tooltip>
        <p className="label">
          {[numbered ? countedText(term) : null, weak ? 'Weak evidence.' : null, evidence].filter(Boolean).join(' ')}
        </p>
      </div>
    </li>
  );
}

function countedText({ ratio, decides }: ForecastTerm): string {
  if (decides) return 'In the number.';
  if (ratio === null || ratio.high <= 1) return 'Not in the number.';
  if (ratio.point <= 1) return 'Only in the upper end of the band.';
  return 'Not counted twice: a larger sign of the same fault is in the number.';
}

function Known({ forecast: { clean, missing } }: { forecast: Forecast }) {
  return (
    <section>
      <h3 className="panel-title">Also looked at</h3>
      {clean.length > 0 && <p>At zero: {clean.join(', ')}.</p>}
      {missing.length > 0 && <p>Not known: {missing.join(', ')}.</p>}
    </section>
  );
}

/** Until the first forecast is there. */
export function ForecastPending() {
  return (
    <div className="panel-body">
      <Notice title="The forecast is being made">It appears when the disk’s first numbers are there.</Notice>
    </div>
  );
}
