import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';

export type Colour = 'red' | 'yellow' | 'green' | 'bold';
const codes: Record<Colour, string> = { red: '31', yellow: '33', green: '32', bold: '1' };

interface Stream {
  readonly isTTY?: boolean;
}

export interface Streams {
  readonly input: Readable & Stream;
  readonly output: Writable & Stream;
  readonly error: Writable & Stream;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Where the program speaks with its user. Results go to standard output, everything else to standard error. */
export class Terminal {
  readonly #streams: Streams;
  readonly #coloured: boolean;

  constructor(streams: Streams) {
    this.#streams = streams;
    const { NO_COLOR, TERM } = streams.environment;
    // https://no-color.org: when it is there and not empty, whatever it says.
    this.#coloured = streams.output.isTTY === true && (NO_COLOR ?? '') === '' && TERM !== 'dumb';
  }

  /** Prints a line of the result. */
  line(text = ''): void {
    this.#streams.output.write(`${text}\n`);
  }

  /** Prints a part of the result as it is. */
  raw(text: string): void {
    this.#streams.output.write(text);
  }

  /** Prints a line that is no result. */
  note(text: string): void {
    this.#streams.error.write(`${text}\n`);
  }

  colour(text: string, colour: Colour): string {
    return this.#coloured ? `\u001B[${codes[colour]}m${text}\u001B[0m` : text;
  }

  /** True when there is somebody to ask. */
  get interactive(): boolean {
    return this.#streams.input.isTTY === true && this.#streams.error.isTTY === true;
  }

  /** Asks a question; null when the input was ended instead of an answer. */
  async ask(question: string): Promise<string | null> {
    const { input, error } = this.#streams;
    const reader = createInterface({ input, output: error });
    const ended = new Promise<null>((resolve) => reader.once('close', () => resolve(null)));
    try {
      return await Promise.race([reader.question(question), ended]);
    } finally {
      reader.close();
    }
  }
}

/** Text that comes from a disk or a file, without what would steer a terminal. */
export function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '?');
}

/** Rows in columns as wide as their widest word; the first row is the heading. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) for (const [n, word] of row.entries()) widths[n] = Math.max(widths[n] ?? 0, word.length);
  return rows.map((row) =>
    row
      .map((word, n) => (n === row.length - 1 ? word : word.padEnd(widths[n] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** An object with a long array, printed piece by piece so that it need not be in memory as one text. */
export class JsonObject {
  readonly #terminal: Terminal;
  #rows = 0;

  /** Begins with the fields of `head` and the array `name`. */
  constructor(terminal: Terminal, head: Readonly<Record<string, unknown>>, name: string) {
    this.#terminal = terminal;
    const fields = JSON.stringify(head).slice(0, -1);
    terminal.raw(`${fields}${fields === '{' ? '' : ','}${JSON.stringify(name)}:[`);
  }

  row(value: unknown): void {
    this.#terminal.raw(`${this.#rows === 0 ? '' : ','}${JSON.stringify(value)}`);
    this.#rows += 1;
  }

  /** Ends the array and the object, with further fields. */
  end(tail: Readonly<Record<string, unknown>> = {}): void {
    const fields = JSON.stringify(tail).slice(1, -1);
    this.#terminal.line(`]${fields === '' ? '' : `,${fields}`}}`);
  }
}
