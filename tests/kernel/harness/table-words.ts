/** A table line as `dmsetup table` gives it, read word by word. */
export interface EchoedTable {
  readonly start: number;
  readonly length: number;
  readonly main: string;
  readonly spare: string;
  readonly blockSectors: number;
  readonly features: readonly string[];
  readonly core: Readonly<Record<string, string>>;
}

/** Every core arg with its default, apart from `uuid` and `main_id`. */
export const CORE_DEFAULTS = {
  retries: 3,
  retry_delay_ms: 10,
  soft_threshold: 2,
  slow_ms: 500,
  storm_limit: 1024,
  scan_rate: 32768,
  scan_interval: 604800,
  save_interval: 60,
  low_spare: 10,
} as const;

/** Smallest and largest value of each. */
export const CORE_RANGES: Readonly<Record<keyof typeof CORE_DEFAULTS, readonly [number, number]>> = {
  retries: [0, 16],
  retry_delay_ms: [1, 1000],
  soft_threshold: [0, 255],
  slow_ms: [1, 60000],
  storm_limit: [0, 1048576],
  scan_rate: [0, 4194304],
  scan_interval: [0, 31536000],
  save_interval: [1, 86400],
  low_spare: [0, 100],
};

/** Reads an echoed table; throws when a count is wrong, a key is there twice or a word is left over. */
export function readTable(line: string): EchoedTable {
  const words = line.split(' ');
  const take = (): string => {
    const word = words.shift();
    if (word === undefined || word === '') throw new Error(`the table ends early or has a double space: ${line}`);
    return word;
  };
  const takeNumber = (): number => {
    const word = take();
    if (!/^\d+$/.test(word)) throw new Error(`"${word}" is not a number in the table: ${line}`);
    return Number(word);
  };
  const start = takeNumber();
  const length = takeNumber();
  if (take() !== 'remap') throw new Error(`not a table of the target remap: ${line}`);
  const main = take();
  const spare = take();
  const blockSectors = takeNumber();
  const features = Array.from({ length: takeNumber() }, take);
  const core: Record<string, string> = {};
  for (let left = takeNumber(); left > 0; left -= 2) {
    const key = take();
    if (key in core) throw new Error(`the core arg ${key} is there twice: ${line}`);
    core[key] = take();
  }
  if (words.length > 0) throw new Error(`words are left over in the table: ${line}`);
  return { start, length, main, spare, blockSectors, features, core };
}
