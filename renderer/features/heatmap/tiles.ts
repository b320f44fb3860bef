import type { HealthCell } from '../../../app/domain/target.ts';
import { MAX_CELLS } from '../../../app/protocol/methods.ts';
import { toErrorData, type ErrorData } from '../../../app/errors.ts';
import { codes } from './cells.ts';
import { Tally, type BlockCounts } from './counts.ts';
import { codeIn, type Layer } from './layer.ts';
import { healthInCells, type CellList, type FetchHealth } from './range.ts';
import { blocksPerCell } from './view.ts';

/** Cells of a tile: as many as one answer may hold, so that a window needs few requests. */
export const TILE_CELLS = MAX_CELLS;
/** Tiles kept; a window of a million cells needs 245 and its neighbours. */
const MOST_TILES = 600;
const MOST_REQUESTS = 3;
/** Levels above a missing tile that may stand in for it. */
const MOST_COARSER = 3;
/** While more is on its way the caller is told this often at most: a picture costs more than an answer. */
const TELL_EVERY_MS = 50;

interface Tile {
  readonly level: number;
  readonly number: number;
  readonly cells: CellList;
  stale: boolean;
  /** What the cells look like in the layer that was asked for last. */
  look: Look | null;
}

interface Look {
  readonly layer: Layer;
  readonly codes: Uint8Array;
  /** Of the whole tile. */
  readonly tally: Tally;
}

/**
 * Health of a device by zoom level, asked for in tiles and kept. A stale tile is shown until its successor is there.
 * `onChange` is told when all that is wanted is there or cannot be had, and now and then before; the caller then draws
 * what it sees.
 */
export class Tiles {
  readonly #fetch: FetchHealth;
  readonly #blocks: number;
  readonly #onChange: () => void;
  readonly #tiles = new Map<string, Tile>();
  readonly #asking = new Set<string>();
  /** What the window wants and does not have; the newest wish replaces older ones. */
  #wanted: { level: number; number: number }[] = [];
  #error: ErrorData | null = null;
  /** What was wanted last, and that of it which failed: views want on every change, and a failure is one. */
  #wish = '';
  #failedWish: string | null = null;
  #telling: ReturnType<typeof setTimeout> | null = null;

  constructor(fetch: FetchHealth, blocks: number, onChange: () => void) {
    this.#fetch = fetch;
    this.#blocks = blocks;
    this.#onChange = onChange;
  }

  /** Why the last request failed; null after one succeeded. */
  get error(): ErrorData | null {
    return this.#error;
  }

  get loading(): boolean {
    return this.#asking.size > 0;
  }

  /**
   * Asks for what is missing or stale of `count` blocks from `first` at `level`. What failed is not asked for again
   * until something is invalidated.
   */
  want(level: number, first: number, count: number): void {
    const zoom = Math.max(0, level);
    const wide = TILE_CELLS * blocksPerCell(zoom);
    const wanted: { level: number; number: number }[] = [];
    for (let number = Math.floor(first / wide); number * wide < Math.min(first + count, this.#blocks); number += 1) {
      const tile = this.#tiles.get(key(zoom, number));
      if (tile === undefined || tile.stale) wanted.push({ level: zoom, number });
    }
    this.#wish = wanted.map((tile) => key(tile.level, tile.number)).join();
    if (this.#wish === this.#failedWish) return;
    this.#wanted = wanted;
    this.#pump();
  }

  /** The codes of `count` cells from the one that begins at block `first` in a layer, written to `out`. */
  codes(layer: Layer, level: number, first: number, count: number, out: Uint8Array): void {
    const zoom = Math.max(0, level);
    const per = blocksPerCell(zoom);
    const from = Math.floor(first / per);
    const total = Math.ceil(this.#blocks / per);
    for (let done = 0; done < count;) {
      const number = Math.floor((from + done) / TILE_CELLS);
      const offset = (from + done) % TILE_CELLS;
      const run = Math.min(TILE_CELLS - offset, count - done);
      const tile = this.#tiles.get(key(zoom, number));
      if (tile !== undefined) out.set(this.#look(tile, layer).codes.subarray(offset, offset + run), done);
      else this.#coarser(layer, zoom, from + done, out.subarray(done, done + run));
      done += run;
    }
    if (from + count > total) out.fill(codes.unread, Math.max(0, total - from), count);
  }

  /** The cell that begins at block `first`; undefined when it has nothing to tell or is not known. */
  cell(level: number, first: number): HealthCell | undefined {
    const zoom = Math.max(0, level);
    const at = Math.floor(first / blocksPerCell(zoom));
    return this.#tiles.get(key(zoom, Math.floor(at / TILE_CELLS)))?.cells[at % TILE_CELLS];
  }

  /**
   * What `count` cells from block `first` come to in a layer.
   *
   * @param blocks - blocks that they stand for on the disk
   */
  count(layer: Layer, level: number, first: number, count: number, blocks: number): BlockCounts {
    const zoom = Math.max(0, level);
    const per = blocksPerCell(zoom);
    const from = Math.floor(first / per);
    const last = from + count - 1;
    const sum = new Tally();
    let unheard = 0;
    for (let number = Math.floor(from / TILE_CELLS); number <= Math.floor(last / TILE_CELLS); number += 1) {
      const tile = this.#tiles.get(key(zoom, number));
      const low = Math.max(0, from - number * TILE_CELLS);
      if (tile === undefined) {
        const missing = Math.min(TILE_CELLS - 1, last - number * TILE_CELLS) - low + 1;
        unheard += Math.min(missing * per, this.#blocks - (number * TILE_CELLS + low) * per);
        continue;
      }
      const look = this.#look(tile, layer);
      const high = Math.min(tile.cells.length - 1, last - number * TILE_CELLS);
      if (low === 0 && high === tile.cells.length - 1) {
        sum.addAll(look.tally);
        continue;
      }
      for (let at = low; at <= high; at += 1) {
        const cell = tile.cells[at];
        if (cell === undefined) continue;
        sum.add(cell, Math.min(per, this.#blocks - (number * TILE_CELLS + at) * per), look.codes[at] ?? codes.unread);
      }
    }
    return sum.total(blocks, unheard);
  }

  /** Tells nothing more until the next answer. */
  hush(): void {
    if (this.#telling !== null) clearTimeout(this.#telling);
    this.#telling = null;
  }

  known(level: number, first: number): boolean {
    const zoom = Math.max(0, level);
    return this.#tiles.has(key(zoom, Math.floor(first / blocksPerCell(zoom) / TILE_CELLS)));
  }

  /** What is known of `block` may have changed, at every level. */
  invalidate(block: number): void {
    this.#failedWish = null;
    for (const tile of this.#tiles.values()) {
      const wide = TILE_CELLS * blocksPerCell(tile.level);
      if (Math.floor(block / wide) === tile.number) tile.stale = true;
    }
  }

  /** The device can be asked again after it could not be: an earlier failure says nothing about it now. */
  reconnected(): void {
    this.#error = null;
    this.invalidateAll();
  }

  invalidateAll(): void {
    this.#failedWish = null;
    for (const tile of this.#tiles.values()) tile.stale = true;
  }

  /**
   * While a tile is on its way, its cells look as the wider cells around them do, if those are known. `out` is of one
   * tile, and so are the wider cells: a tile has 2^n cells.
   */
  #coarser(layer: Layer, level: number, from: number, out: Uint8Array): void {
    for (let up = 1; up <= MOST_COARSER; up += 1) {
      const wider = 2 ** up;
      const tile = this.#tiles.get(key(level + up, Math.floor(from / wider / TILE_CELLS)));
      if (tile === undefined) continue;
      const look = this.#look(tile, layer).codes;
      for (let at = 0; at < out.length; at += 1) {
        out[at] = look[Math.floor((from + at) / wider) % TILE_CELLS] ?? codes.loading;
      }
      return;
    }
    out.fill(codes.loading);
  }

  #pump(): void {
    while (this.#asking.size < MOST_REQUESTS) {
      const next = this.#wanted.find(({ level, number }) => !this.#asking.has(key(level, number)));
      if (next === undefined) return;
      this.#wanted = this.#wanted.filter((tile) => tile !== next);
      void this.#ask(next.level, next.number);
    }
  }

  async #ask(level: number, number: number): Promise<void> {
    const id = key(level, number);
    this.#asking.add(id);
    try {
      this.#keep(id, await this.#load(level, number));
      this.#error = null;
    } catch (thrown) {
      this.#error = toErrorData(thrown);
      this.#wanted = [];
      this.#failedWish = this.#wish;
    }
    this.#asking.delete(id);
    this.#pump();
    if (this.#asking.size === 0) this.#tell();
    else this.#telling ??= setTimeout(() => this.#tell(), TELL_EVERY_MS);
  }

  #tell(): void {
    this.hush();
    this.#onChange();
  }

  async #load(level: number, number: number): Promise<Tile> {
    const per = blocksPerCell(level);
    const first = number * TILE_CELLS * per;
    const count = Math.min(TILE_CELLS * per, this.#blocks - first);
    const cells = await healthInCells(this.#fetch, first, count, per);
    return { level, number, cells, stale: false, look: null };
  }

  #look(tile: Tile, layer: Layer): Look {
    if (tile.look?.layer === layer) return tile.look;
    const look = { layer, codes: new Uint8Array(TILE_CELLS), tally: new Tally() };
    const per = blocksPerCell(tile.level);
    let first = tile.number * TILE_CELLS * per;
    for (let at = 0; at < tile.cells.length; at += 1, first += per) {
      const cell = tile.cells[at];
      if (cell === undefined) continue;
      const blocks = Math.min(per, this.#blocks - first);
      const code = codeIn(layer, cell, first, blocks);
      look.codes[at] = code;
      look.tally.add(cell, blocks, code);
    }
    tile.look = look;
    return look;
  }

  #keep(id: string, tile: Tile): void {
    this.#tiles.delete(id);
    this.#tiles.set(id, tile);
    // A Map iterates in the order of insertion, so the first is the one asked for longest ago.
    for (const oldest of this.#tiles.keys()) {
      if (this.#tiles.size <= MOST_TILES) break;
      this.#tiles.delete(oldest);
    }
  }
}

function key(level: number, number: number): string {
  return `${level}:${number}`;
}
