/**
 * Words that a person, a script or an attacker may put where the interface wants a number, a name or a key. Words hold no
 * newline, and no `#`, which begins a comment for dmsetup.
 */

type Random = () => number;

export function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

export function oneOf<T>(random: Random, values: readonly [T, ...T[]]): T {
  return values[below(random, values.length)] ?? values[0];
}

/** Wholly decimal and without leading zeroes. */
const PLAIN = /^(?:0|[1-9][0-9]*)$/;
const PADDED = /^0[0-9]+$/;

/** A number as the interface describes them, or why a word is none. Whether zeroes may lead is not described. */
export type NumberWord = { readonly is: 'plain' | 'padded'; readonly value: bigint } | { readonly is: 'none' };

export function readNumber(word: string): NumberWord {
  if (PLAIN.test(word)) return { is: 'plain', value: BigInt(word) };
  if (PADDED.test(word)) return { is: 'padded', value: BigInt(word) };
  return { is: 'none' };
}

/**
 * The words of a message as device-mapper gives them to a target (dm_split_args in drivers/md/dm-table.c): bytes, cut at
 * what isspace() of lib/ctype.c says, which is also 0xa0; a backslash takes the next byte as it is, unless it is the last.
 */
export function splitMessage(line: string): string[] {
  return split(line, true);
}

/** The words of a table line that goes through dmsetup, which keeps backslashes as they are (libdm doubles them). */
export function splitTable(line: string): string[] {
  return split(line, false);
}

function split(line: string, quotes: boolean): string[] {
  const bytes = Buffer.from(line, 'utf8').toString('latin1');
  const isSpace = (byte: string): boolean => /[\t-\r \u00a0]/.test(byte);
  const words: string[] = [];
  let word: string | undefined;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes.charAt(index);
    if (quotes && byte === '\\' && index + 1 < bytes.length) {
      word = (word ?? '') + bytes.charAt(++index);
    } else if (isSpace(byte)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + byte;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** A number near `low` or `high`, one that wraps round to such, or one written as nobody should. */
export function hostileNumber(random: Random, low: bigint, high: bigint): string {
  const inside = low + BigInt(below(random, Number(high - low > 1000n ? 1000n : high - low) + 1));
  switch (below(random, 3)) {
    case 0:
      return String(
        oneOf(random, [
          0n,
          1n,
          inside,
          low,
          high,
          low - 1n,
          high + 1n,
          2n ** 31n,
          2n ** 63n - 1n,
          2n ** 63n,
          10n ** 40n,
        ]),
      );
    case 1: {
      const limit = oneOf(random, [2n ** 32n, 2n ** 64n]);
      return String(oneOf(random, [limit - 1n, limit - 1n, limit, limit + inside, limit + high, limit - high]));
    }
    default:
      return misspelt(random, inside);
  }
}

function misspelt(random: Random, number: bigint): string {
  const text = String(number);
  // The ones that the usual functions take for numbers come most often.
  if (random() < 0.6) return oneOf(random, [`+${text}`, `-${text}`, `0x${number.toString(16)}`]);
  return oneOf(random, [
    `0${text}`,
    `${'0'.repeat(40)}${text}`,
    `${text}k`,
    `${text}.0`,
    `${text},`,
    `${text}e0`,
    `'${text}'`,
    `\\ ${text}`,
    `${text}\\ `,
    `${text}\\\t`,
    // Arabic-Indic and full-width digits.
    '\u0663',
    '\uff13',
    '9'.repeat(500),
  ]);
}

/** A word that is nothing anywhere. */
export function hostileWord(random: Random): string {
  return oneOf(random, [
    'x',
    '-',
    '--',
    '%s%n%p',
    '$(reboot)',
    '..',
    '/',
    '*',
    '"',
    '\\\\',
    'caf\u00e9',
    // Its last byte is what the kernel takes for a no-break space.
    '\u00e0',
    '\ud83d\udcbe',
    '\u0001\u001b[31m\u007f',
    'A'.repeat(65),
    'B'.repeat(300),
    'C'.repeat(3000),
    'no_scan',
    'retries',
    'uuid',
    'remap',
    'end',
  ]);
}

/** A line with one of its words missing, doubled, changed, exchanged for another or joined with the next. */
export function mutateWords(
  random: Random,
  words: readonly string[],
  number: (random: Random) => string,
): readonly string[] {
  if (words.length === 0) return [hostileWord(random)];
  const at = below(random, words.length);
  const word = words[at] ?? '';
  const other = below(random, words.length);
  const replaced = (text: string): string[] => words.with(at, text);
  switch (below(random, 10)) {
    case 0:
      return words.toSpliced(at, 1);
    case 1:
      return words.toSpliced(at, 0, word);
    case 2:
      return words.toSpliced(oneOf(random, [at, words.length]), 0, oneOf(random, [word, hostileWord(random)]));
    case 3:
      return replaced(hostileWord(random));
    case 4:
      return words.with(at, words[other] ?? '').with(other, word);
    case 5:
      return words.slice(0, Math.max(1, at));
    case 6:
      return replaced(word.toUpperCase());
    case 7:
      // An empty word is but a wider gap.
      return replaced(oneOf(random, [`${word}${word}`, ` ${word}`, `${word}\t`, `${word}\\`, word.slice(0, -1)]));
    default:
      return replaced(number(random));
  }
}
