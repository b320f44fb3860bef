import { aroundTerms, isFlash } from './around.ts';
import { flashSigns, flashTerms } from './flash.ts';
import { baseHazard, largest, mapSpread, multiply, noRatio, probabilityOf, type Spread } from './hazard.ts';
import type { Counter, ForecastInput } from './input.ts';
import { mediaSigns, mediaTerms } from './media.ts';
import { verdicts, type Forecast, type ForecastTerm, type ForecastVerdict, type TermFamily } from './output.ts';
import type { TermDraft } from './term.ts';
import { knowsCounters, limitsOf, missingOf, verdictWords } from './words.ts';

/**
 * Least probability of each verdict, from the point of the forecast.
 *
 * - `watch`, 0.5 %: no disk without a sign comes to it (2 % a year is 0.33 %).
 * - `plan`, 2 %: any first event reaches it even on the youngest disk (14 times 1.4 % a year is 3.2 %), a few old and
 *   stable reallocations do not. Scrutiny calls a drive failed from 10 % a year on, which is 1.6 %.
 * - `soon`, 8 %: a first scan error reaches it at any age (39 times 1.4 % a year is 8.6 %). It is half a failure a
 *   drive-year, what the Google study saw in the eight months after a first scan error.
 */
export const VERDICT_FROM = { watch: 0.005, plan: 0.02, soon: 0.08 } as const;

/** What the counters of a disk say of its next 60 days. Pure; the same input gives the same forecast. */
export function forecast(input: ForecastInput): Forecast {
  const flash = isFlash(input.kind);
  const base = baseHazard(input.powerOnHours);
  const drafts = [...(flash ? flashTerms(input, base) : mediaTerms(input, base)), ...aroundTerms(input)];
  // Terms of a family measure one fault: the largest counts. Surface and mechanics are two.
  const surface = largestOf(drafts, flash ? 'flash' : 'media');
  const mechanics = largestOf(drafts, 'mechanics');
  const probability = mapSpread(multiply(base, multiply(surface, mechanics)), probabilityOf);
  const verdict = verdictOf(probability, drafts, knowsCounters(input));
  const { sentence, advice } = verdictWords[verdict];
  return {
    verdict,
    probability,
    numberHolds: verdict !== 'failing',
    sentence,
    advice,
    terms: inOrder(drafts).map((draft) => withoutFloor(draft, decides(draft, drafts))),
    clean: cleanOf(input, flash, drafts),
    missing: missingOf(input, flash),
    limits: limitsOf(flash),
  };
}

/** Order of verdicts, 0 the least. */
export function rankOf(verdict: ForecastVerdict): number {
  return verdicts.indexOf(verdict);
}

function largestOf(drafts: readonly TermDraft[], family: TermFamily): Spread {
  return drafts.reduce<Spread>(
    (most, draft) => (draft.family === family && draft.ratio !== null ? largest(most, draft.ratio) : most),
    noRatio,
  );
}

function decides(draft: TermDraft, drafts: readonly TermDraft[]): boolean {
  if (draft.ratio === null || draft.ratio.point <= 1) return false;
  const first = drafts.find(
    ({ family, ratio }) => family === draft.family && ratio?.point === largestOf(drafts, family).point,
  );
  return first === draft;
}

function verdictOf(probability: Spread, drafts: readonly TermDraft[], known: boolean): ForecastVerdict {
  const { point } = probability;
  let worst = byNumber(point);
  for (const { floor } of drafts) if (floor !== null && rankOf(floor) > rankOf(worst)) worst = floor;
  return worst === 'none' && !known ? 'unknown' : worst;
}

function byNumber(point: number): ForecastVerdict {
  if (point >= VERDICT_FROM.soon) return 'soon';
  if (point >= VERDICT_FROM.plan) return 'plan';
  return point >= VERDICT_FROM.watch ? 'watch' : 'none';
}

/** The drive's own word, then what is in the number by its size, then what is not, the link last. */
function inOrder(drafts: readonly TermDraft[]): TermDraft[] {
  const place = ({ id, family, floor, ratio }: TermDraft): number => {
    if (id === 'own-verdict') return 0;
    if (floor === 'failing') return 1;
    if (family === 'link') return 4;
    return ratio === null ? 3 : 2;
  };
  return [...drafts].sort((a, b) => place(a) - place(b) || (b.ratio?.point ?? 0) - (a.ratio?.point ?? 0));
}

function withoutFloor({ floor: _floor, ...term }: TermDraft, decided: boolean): ForecastTerm {
  return { ...term, decides: decided };
}

/** Signs that are looked for and not there, in words. */
function cleanOf(input: ForecastInput, flash: boolean, drafts: readonly TermDraft[]): string[] {
  const signs: readonly {
    id: string;
    counter: (input: ForecastInput) => Counter | undefined;
    words: { many: string };
  }[] = flash ? flashSigns : mediaSigns;
  return signs.flatMap((sign) => {
    const isClean = sign.counter(input)?.value === 0 && !drafts.some(({ id }) => id === sign.id);
    return isClean ? [sign.words.many] : [];
  });
}
