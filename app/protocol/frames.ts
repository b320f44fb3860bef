import * as z from 'zod';

import { errorDataSchema } from '../errors.ts';

/** A frame is one JSON text and a newline; longer ones are refused and the stream is closed. */
export const MAX_FRAME_CHARS = 4 * 1024 * 1024;

const idSchema = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const version = z.literal('2.0');

export const requestFrameSchema = z.strictObject({
  jsonrpc: version,
  id: idSchema,
  method: z.string().max(64),
  params: z.unknown(),
});
export const notificationFrameSchema = z.strictObject({
  jsonrpc: version,
  method: z.string().max(64),
  params: z.unknown(),
});
export const resultFrameSchema = z.strictObject({ jsonrpc: version, id: idSchema, result: z.unknown() });
export const errorFrameSchema = z.strictObject({
  jsonrpc: version,
  /** null when the request could not be read so far as its id. */
  id: idSchema.nullable(),
  error: z.strictObject({ code: z.number().int(), message: z.string(), data: errorDataSchema }),
});
/** Order matters: a request has an id, a notification has none. */
export const frameSchema = z.union([requestFrameSchema, notificationFrameSchema, errorFrameSchema, resultFrameSchema]);
export type Frame = z.infer<typeof frameSchema>;

/** JSON-RPC 2.0's own codes; everything of ours is -32000 with the real code in `data`. */
export const rpcCodes = {
  parse: -32700,
  invalid: -32600,
  unknownMethod: -32601,
  params: -32602,
  ours: -32000,
} as const;

/**
 * Cuts a stream of text chunks into lines. Keeps the unfinished rest as a list of chunks, since a frame may arrive in
 * thousands of them and joining at each would be quadratic.
 */
export class LineCutter {
  #parts: string[] = [];
  #chars = 0;
  readonly #maxChars: number;

  constructor(maxChars = MAX_FRAME_CHARS) {
    this.#maxChars = maxChars;
  }

  /** Lines completed by `chunk`, without their newline. `overflow` when a line passed the limit: close the stream. */
  push(chunk: string): { lines: string[]; overflow: boolean } {
    const lines: string[] = [];
    let start = 0;
    for (;;) {
      const end = chunk.indexOf('\n', start);
      const piece = end === -1 ? chunk.slice(start) : chunk.slice(start, end);
      this.#chars += piece.length;
      if (this.#chars > this.#maxChars) return { lines, overflow: true };
      if (piece !== '') this.#parts.push(piece);
      if (end === -1) return { lines, overflow: false };
      lines.push(this.#parts.join(''));
      this.#parts = [];
      this.#chars = 0;
      start = end + 1;
    }
  }
}
