import { outcomeOf, type Aim, type Figure, type Outcome } from './figures.ts';

const MARKS: Readonly<Record<Outcome, string>> = { met: 'met', missed: 'MISSED', told: '' };
const HEAD = ['figure', 'measured', 'against', 'ratio', 'aim', '', 'note'] as const;
/** Columns of numbers, which end at the same place. */
const NUMBERS: ReadonlySet<number> = new Set([1, 2, 3]);

const plain = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** A number with as many digits as it is worth: none after the point from 100 on, one below, two below 10. */
export function formatNumber(value: number): string {
  if (Math.abs(value) >= 100) return plain.format(Math.round(value));
  return Math.abs(value) >= 10 ? plain.format(value) : value.toFixed(2);
}

function formatAim(aim: Aim | null): string {
  if (aim === null) return '';
  return 'ratioAtLeast' in aim ? `≥ ${String(aim.ratioAtLeast)}` : `≤ ${String(aim.ratioAtMost)}`;
}

function cells(figure: Figure): string[] {
  const { name, unit, value, against, ratio, aim, note } = figure;
  return [
    name,
    `${formatNumber(value)} ${unit}`,
    against === null ? '' : `${formatNumber(against)} ${unit}`,
    ratio === null ? '' : ratio.toFixed(4),
    formatAim(aim),
    MARKS[outcomeOf(figure)],
    note,
  ];
}

/** Lines of a Markdown table; `numbers` are the columns that are flush right. */
export function tableLines(
  head: readonly string[],
  body: readonly (readonly string[])[],
  numbers: ReadonlySet<number>,
): string[] {
  const widths = head.map((name, column) => Math.max(3, name.length, ...body.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return numbers.has(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join(' | ')} |`;
  const rule = widths.map((width, column) => (numbers.has(column) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  return [line(head), line(rule), ...body.map(line)];
}

/** The figures as lines of a Markdown table, which is also how they stand in README.md. */
export function markdownTable(figures: readonly Figure[]): string[] {
  return tableLines(HEAD, figures.map(cells), NUMBERS);
}
