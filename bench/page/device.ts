import { packHealth } from '../../app/bridge/health-pack.ts';
import {
  requests,
  type Bridge,
  type RequestName,
  type RequestParams,
  type RequestResult,
} from '../../app/bridge/schema.ts';
import { regionBlocks } from '../../app/domain/region.ts';
import type { HealthCell } from '../../app/domain/target.ts';
import { decodeAnswer } from '../../renderer/bridge/decode.ts';

/** Resolves after the next frame was handed on. */
export function framed(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve();
      port2.postMessage(null);
    });
  });
}

/** 16 TB in blocks of 4 KiB. */
export const BLOCKS = 16e12 / 4096;
/** Noon of a fixed day, Unix time in milliseconds. */
export const NOW = Date.UTC(2026, 0, 15, 12);
const DAY_SECONDS = 86_400;

/** A cell in every state and class of every layer, in turn. */
function cellOf(cell: number, blocks: number): HealthCell {
  const kind = cell % 97;
  return {
    cell,
    scannedBlocks: kind === 0 ? 0 : blocks,
    mapped: kind === 1 ? 1 : 0,
    pending: kind === 2 ? 1 : 0,
    soft: kind === 3 ? 1 : 0,
    slow: kind === 4 ? 1 : 0,
    averageLatencyUs: 1 + (kind % 7) * 40_000,
    worstLatencyUs: 1 + (kind % 11) * 60_000,
    risk: kind,
    confidence: kind,
  };
}

function answerTo(name: RequestName, params: unknown): unknown {
  if (name === 'target.health') {
    const { blockCount, cells } = requests[name].params.parse(params);
    const told = Array.from({ length: cells }, (_, cell) => cellOf(cell, Math.floor(blockCount / cells)));
    return { cells: packHealth(told) };
  }
  if (name === 'target.readTimes') {
    const all = Math.ceil(BLOCKS / regionBlocks(BLOCKS));
    const readAt = Array.from({ length: all }, (_, number) => Math.floor(NOW / 1000) - (number % 41) * DAY_SECONDS);
    return { regionBlocks: regionBlocks(BLOCKS), readAt };
  }
  throw new Error(`nobody answers ${name} here`);
}

/**
 * A device of 16 TB behind a bridge that takes its answers apart as the browser's does. What is asked a second time, of
 * whichever such bridge, is answered with a text that is there already, so that making it up is not measured. An answer
 * comes after the next frame: from another process none comes sooner.
 */
export class DiskBridge implements Bridge {
  static readonly #texts = new Map<string, string>();
  #outstanding = 0;

  get idle(): boolean {
    return this.#outstanding === 0;
  }

  async call<R extends RequestName>(name: R, params: RequestParams<R>): Promise<RequestResult<R>> {
    const key = `${name} ${JSON.stringify(params)}`;
    const text = DiskBridge.#texts.get(key) ?? JSON.stringify({ ok: true, result: answerTo(name, params) });
    DiskBridge.#texts.set(key, text);
    this.#outstanding += 1;
    await framed();
    try {
      return decodeAnswer(name, JSON.parse(text));
    } finally {
      this.#outstanding -= 1;
    }
  }

  on(): () => void {
    return () => undefined;
  }

  onLink(): () => void {
    return () => undefined;
  }
}
