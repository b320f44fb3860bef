import { optionsOf, specOf, verbNames, type OptionSpec, type VerbName } from './table.ts';

const WIDTH = 80;

/** How to use the program as a whole. */
export function generalHelp(): string {
  const rows = verbNames.map((verb) => [verb, specOf(verb).summary] as const);
  return [
    'usage: dm-remap VERB [ARGUMENT...]',
    '',
    'Keeps an aging disk in use: its bad blocks are served from a spare.',
    '',
    ...columns(rows),
    '',
    'dm-remap VERB --help says how to use a verb; dm-remap --version, which version this is.',
    '',
  ].join('\n');
}

/** How to use one verb. */
export function verbHelp(verb: VerbName): string {
  const { about } = specOf(verb);
  const rows = optionsOf(verb).map((option) => [usageOf(option), option.summary] as const);
  return [`usage: ${synopsis(verb)}`, '', ...wrap(about, WIDTH), '', ...columns(rows), ''].join('\n');
}

/** `dm-remap remap NAME BLOCK [COUNT] [OPTION...]`. */
export function synopsis(verb: VerbName): string {
  const operands = specOf(verb).operands.map(({ name, required }) => (required ? name : `[${name}]`));
  return ['dm-remap', verb, ...operands, '[OPTION...]'].join(' ');
}

function usageOf({ name, value }: OptionSpec): string {
  return value === null ? `--${name}` : `--${name} ${value}`;
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const left = Math.max(...rows.map(([name]) => name.length)) + 4;
  return rows.flatMap(([name, text]) =>
    wrap(text, WIDTH - left).map((line, index) => `${(index === 0 ? `  ${name}` : '').padEnd(left)}${line}`),
  );
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
