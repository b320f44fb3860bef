import { below, hostileNumber, hostileWord, mutateWords, oneOf, readNumber, splitMessage } from './hostile-words.ts';
import { CORE_RANGES } from './table-words.ts';

/** Whether a message must be taken. `open`: the interface does not say. */
export type Verdict = 'accepted' | 'refused' | 'open';

const LARGEST = 2n ** 64n - 1n;
const MAX_CELLS = 65536n;

function isCoreNumber(key: string): key is keyof typeof CORE_RANGES {
  return Object.hasOwn(CORE_RANGES, key);
}

/** What the interface says of messages to a pair without bad blocks and with more spare blocks than main has blocks. */
export class MessageModel {
  readonly blocks: number;
  readonly mapped: Set<number>;
  /** Core args that were set. */
  readonly core = new Map<string, bigint>();

  constructor(blocks: number, mapped: Iterable<number>) {
    this.blocks = blocks;
    this.mapped = new Set(mapped);
  }

  judge(line: string): Verdict {
    const [what, ...words] = splitMessage(line);
    const count = words.length;
    switch (what) {
      case 'remap':
        return count === 1 || count === 2 ? this.#range(words[0], words[1] ?? '1') : 'refused';
      case 'unmap': {
        const verdict = count === 1 ? this.#range(words[0], '1') : 'refused';
        return verdict !== 'refused' && !this.mapped.has(Number(words[0])) ? 'refused' : verdict;
      }
      case 'scan':
        return judgeScan(words, (first, length) => this.#range(first, length));
      case 'set':
        return count === 2 ? judgeSet(words[0] ?? '', words[1] ?? '') : 'refused';
      case 'continue':
      case 'save':
        return count === 0 ? 'accepted' : 'refused';
      case 'remaps':
      case 'events':
        // What a page of no lines would mean is not described.
        return count === 2 ? gravest(within(words[0], 0n, LARGEST), pageSize(words[1])) : 'refused';
      case 'health':
        return count === 3 ? gravest(this.#range(words[0], words[1]), within(words[2], 1n, MAX_CELLS)) : 'refused';
      default:
        return 'refused';
    }
  }

  /** Follows a message that was accepted. */
  take(line: string): void {
    const [what, first = '', second = '1'] = splitMessage(line);
    if (what === 'set') this.core.set(first, BigInt(second));
    if (what === 'unmap') this.mapped.delete(Number(first));
    if (what !== 'remap') return;
    for (let block = Number(first); block < Number(first) + Number(second); block++) this.mapped.add(block);
  }

  #range(first: string | undefined, count: string | undefined): Verdict {
    const blocks = BigInt(this.blocks);
    const start = within(first, 0n, blocks - 1n);
    return start === 'refused' ? start : gravest(start, within(count, 1n, blocks - BigInt(first ?? 0)));
  }
}

function gravest(...verdicts: readonly Verdict[]): Verdict {
  return (
    verdicts.find((verdict) => verdict === 'refused') ?? verdicts.find((verdict) => verdict === 'open') ?? 'accepted'
  );
}

function within(word: string | undefined, low: bigint, high: bigint): Verdict {
  const number = readNumber(word ?? '');
  if (number.is === 'none' || number.value < low || number.value > high) return 'refused';
  return number.is === 'plain' ? 'accepted' : 'open';
}

function pageSize(word: string | undefined): Verdict {
  return word === '0' ? 'open' : within(word, 0n, LARGEST);
}

function judgeSet(key: string, value: string): Verdict {
  if (!isCoreNumber(key)) return 'refused';
  const [low, high] = CORE_RANGES[key];
  return within(value, BigInt(low), BigInt(high));
}

/** A well-formed one is not held to an answer: a module without a scanner refuses it. */
function judgeScan(
  words: readonly string[],
  range: (first: string | undefined, count: string | undefined) => Verdict,
): Verdict {
  const [what, first, count] = words;
  if (what === 'start' && words.length === 3) return gravest(range(first, count), 'open');
  return ['start', 'stop', 'pause', 'resume'].includes(what ?? '') && words.length === 1 ? 'open' : 'refused';
}

/** A message, well formed or with up to two faults beside a hostile number. */
export function makeMessage(random: () => number, blocks: number): string {
  const number = (): string => hostileNumber(random, 0n, BigInt(blocks));
  const block = (): string => String(below(random, blocks));
  const few = (): string => String(1 + below(random, 9));
  const key = oneOf(random, Object.keys(CORE_RANGES) as [keyof typeof CORE_RANGES, ...(keyof typeof CORE_RANGES)[]]);
  const [low, high] = CORE_RANGES[key];
  const value = String(low + below(random, high - low + 1));
  const atLimit = hostileNumber(random, BigInt(low), BigInt(high));
  const wrapping = String(2n ** 64n - 1n - BigInt(below(random, 3)));
  let words: readonly string[] = oneOf(random, [
    ['remap', block()],
    ['remap', block(), few()],
    ['remap', number()],
    ['remap', block(), number()],
    // Their end is a small number again.
    ['remap', block(), wrapping],
    ['health', block(), wrapping, few()],
    ['unmap', block()],
    ['unmap', number()],
    ['set', key, value],
    ['set', key, atLimit],
    ['set', oneOf(random, ['uuid', 'main_id', hostileWord(random)]), value],
    ['remaps', block(), few()],
    ['remaps', number(), few()],
    ['remaps', '0', number()],
    ['events', number(), few()],
    ['health', '0', String(blocks), few()],
    ['health', number(), '1', few()],
    ['health', block(), number(), few()],
    ['health', '0', few(), hostileNumber(random, 1n, MAX_CELLS)],
    ['scan', oneOf(random, ['start', 'stop', 'pause', 'resume'])],
    ['scan', 'start', block(), few()],
    ['save'],
    ['continue'],
    [hostileWord(random), block()],
  ]);
  for (let faults = oneOf(random, [0, 0, 0, 0, 1, 1, 2]); faults > 0; faults--)
    words = mutateWords(random, words, number);
  const line = words.join(oneOf(random, [' ', ' ', ' ', '  ', '\t']));
  // device-mapper keeps what begins with @ to itself, and says nothing of a message without words.
  return splitMessage(line).length === 0 || line.trimStart().startsWith('@') ? 'remap' : line;
}
