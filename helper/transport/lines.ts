import { LineCutter } from '../../app/protocol/frames.ts';
import { appError } from '../../app/errors.ts';

/** The frame that says that a line was too long; no id is known, since the line was not read to its end. */
export function tooLongFrame(): string {
  const { data } = appError(
    'frame-too-large',
    'A line was received that is longer than any request may be.',
    'The two sides of the program do not match: install the same version of both.',
  );
  return JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32_000, message: data.sentence, data } });
}

/** Bytes in, lines out. UTF-8 sequences that are cut by a chunk are put together again. */
export class ByteLines {
  readonly #decoder = new TextDecoder('utf-8');
  readonly #cutter = new LineCutter();

  push(bytes: Uint8Array): { lines: string[]; overflow: boolean } {
    return this.#cutter.push(this.#decoder.decode(bytes, { stream: true }));
  }
}
