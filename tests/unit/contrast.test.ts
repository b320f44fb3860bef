import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

const tokens = readFileSync(join(import.meta.dirname, '../../renderer/design/tokens.css'), 'utf8');

/** Relative luminance of `#rrggbb` (WCAG 2.2, definition of relative luminance). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast ratio of two colours, 1 to 21 (WCAG 2.2). */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** The `#rrggbb` tokens of a rule, by name. */
function colours(selector: string): Map<string, string> {
  const start = tokens.indexOf(`${selector} {`);
  const body = tokens.slice(start, tokens.indexOf('\n}', start));
  return new Map(
    [...body.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', colour = '']) => [name, colour]),
  );
}

const light = colours(':root');
const dark = new Map([...light, ...colours(":root[data-mantine-color-scheme='dark']")]);

/** Words on the surfaces they stand on: WCAG AA asks 4.5. */
const words: readonly [string, readonly string[]][] = [
  ['ink', ['bg', 'surface', 'surface-sunk', 'surface-hover', 'warn-soft', 'bad-soft', 'brand-soft']],
  ['ink-2', ['bg', 'surface', 'surface-sunk', 'surface-hover', 'warn-soft', 'bad-soft', 'quiet-soft']],
  ['ink-3', ['bg', 'surface', 'surface-sunk']],
  ['brand-ink', ['bg', 'surface', 'brand-soft']],
  ['ok-ink', ['surface', 'ok-soft']],
  ['warn-ink', ['surface', 'warn-soft']],
  ['bad-ink', ['surface', 'bad-soft', 'bg']],
  ['surface', ['ink']],
];
/** Marks on their fills, fills on the page: 3 is asked of what is not text. */
const marks: readonly [string, string][] = [
  ['on-moved', 'moved'],
  ['on-pending', 'pending'],
  ['on-soft', 'soft'],
  ['on-slow', 'slow'],
  ['pending', 'surface'],
  ['moved', 'surface'],
  ['focus', 'surface'],
  ['focus', 'bg'],
];

describe.each([
  ['light', light],
  ['dark', dark],
])('%s', (_name, scheme) => {
  const of = (token: string): string => scheme.get(token) ?? `no token ${token}`;

  it.each(words.flatMap(([word, surfaces]) => surfaces.map((surface) => [word, surface] as const)))(
    '%s can be read on %s',
    (word, surface) => {
      expect(contrast(of(word), of(surface))).toBeGreaterThanOrEqual(4.5);
    },
  );

  it('white can be read on the main button', () => {
    expect(contrast('#ffffff', of('brand'))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(marks)('%s can be seen on %s', (mark, fill) => {
    expect(contrast(of(mark), of(fill))).toBeGreaterThanOrEqual(3);
  });
});

it('contrast is what WCAG says of black on white and of grey', () => {
  expect(contrast('#000000', '#ffffff')).toBe(21);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});
