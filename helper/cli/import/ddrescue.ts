import { badInput } from '../input-error.ts';
import type { Range } from './ranges.ts';

/** Of an area, as GNU ddrescue's manual has them ("Mapfile structure"). */
const areaStates = '?*/-+';
/** What ddrescue was doing when it wrote the line of its own state. */
const runStates = '?*/-FG+';

/** Areas found bad; with `failed` also those in which reading failed and that were not examined sector by sector. */
export interface DdrescueChoice {
  readonly failed: boolean;
}

/**
 * Reads a mapfile of GNU ddrescue: comments, one line of state (position, state, pass), then an area a line: position,
 * size and state; numbers decimal, octal or hexadecimal as in C. Areas follow each other without gaps. Gives bytes.
 */
export function parseDdrescue(text: string, { failed }: DdrescueChoice): Range[] {
  const chosen = failed ? '-*/' : '-';
  const lines = text
    .split('\n')
    .map((line, index) => ({ words: (line.split('#')[0] ?? '').trim().split(/\s+/), number: index + 1 }))
    .filter(({ words }) => words[0] !== '');
  const [state, ...areas] = lines;
  const [position, run, pass = '1', ...more] = state?.words ?? [];
  if (state === undefined) throw badInput('the ddrescue map is empty');
  if (
    run?.length !== 1 ||
    !runStates.includes(run) ||
    parseNumber(position) === null ||
    !/^\d+$/.test(pass) ||
    more.length > 0
  ) {
    throw badInput(`line ${state.number} of the ddrescue map is not its line of state (position, state, pass)`);
  }
  let end: number | null = null;
  return areas.flatMap(({ words, number }) => {
    const [from, size, area] = [parseNumber(words[0]), parseNumber(words[1]), words[2] ?? ''];
    if (from === null || size === null || area.length !== 1 || !areaStates.includes(area) || words.length !== 3) {
      throw badInput(`line ${number} of the ddrescue map is not an area (position, size, state)`);
    }
    const to = from + size;
    if (!Number.isSafeInteger(to)) throw badInput(`line ${number} of the ddrescue map is beyond any disk`);
    if (size === 0 || (end !== null && from !== end)) {
      throw badInput(`line ${number} of the ddrescue map does not follow the line before it: the map is damaged`);
    }
    end = to;
    return chosen.includes(area) ? [{ from, to }] : [];
  });
}

/** A number as strtoll(3) with base 0 reads it; null for anything else. */
function parseNumber(word: string | undefined): number | null {
  if (word === undefined) return null;
  const value = /^0x[0-9a-f]{1,16}$/i.test(word)
    ? Number(word)
    : /^0[0-7]{1,20}$/.test(word)
      ? Number.parseInt(word, 8)
      : /^(0|[1-9]\d{0,18})$/.test(word)
        ? Number(word)
        : NaN;
  return Number.isSafeInteger(value) ? value : null;
}
