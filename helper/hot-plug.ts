import { log } from './log.ts';
import { tell, type TellingTool } from './run.ts';

/** A disk comes with its partitions, each an event of its own: they are told as one, this long after the first. */
const GATHER_MS = 300;
/** Wait before udev is asked again after its monitor ended. Milliseconds. */
const RETRY_MS = 10_000;

/**
 * Kernel name of the disk or partition that came or went by a line of `udevadm monitor --udev`:
 * `UDEV  [time] add      /devices/… (block)`. Null for other lines: mappings, loop and RAM devices are no disks, and
 * `change` comes after each writer.
 */
export function pluggedName(line: string): string | null {
  const [, path = ''] = /^UDEV\s+\[[\d.]+\]\s+(?:add|remove)\s+(\/devices\/\S+)\s+\(block\)/.exec(line) ?? [];
  return path === '' || path.startsWith('/devices/virtual/block/') ? null : path.slice(path.lastIndexOf('/') + 1);
}

/** Tells, through udev, that disks or partitions came or went. Nothing is asked at intervals. */
export class HotPlug {
  readonly #changed: (names: string[]) => void;
  readonly #names = new Set<string>();
  #monitor: TellingTool | null = null;
  #gathering: NodeJS.Timeout | null = null;
  #retrying: NodeJS.Timeout | null = null;

  constructor(changed: (names: string[]) => void) {
    this.#changed = changed;
  }

  /** Begins to listen; again when called again does nothing. Without udev nothing is ever told. */
  start(): void {
    if (this.#monitor !== null || this.#retrying !== null) return;
    const monitor = tell('udevadm', ['monitor', '--udev', '--subsystem-match=block'], (line) => {
      const name = pluggedName(line);
      if (name !== null) this.#gather(name);
    });
    this.#monitor = monitor;
    monitor.done
      .catch((thrown: unknown) => log('warn', 'disks that come and go are not noticed', { error: String(thrown) }))
      .finally(() => this.#ended(monitor));
  }

  stop(): void {
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    if (this.#retrying !== null) clearTimeout(this.#retrying);
    this.#gathering = null;
    this.#retrying = null;
    this.#names.clear();
    const monitor = this.#monitor;
    this.#monitor = null;
    monitor?.stop();
  }

  #gather(...names: string[]): void {
    for (const name of names) this.#names.add(name);
    this.#gathering ??= setTimeout(() => {
      this.#gathering = null;
      this.#changed([...this.#names]);
      this.#names.clear();
    }, GATHER_MS);
  }

  #ended(monitor: TellingTool): void {
    if (this.#monitor !== monitor) return;
    this.#monitor = null;
    this.#retrying = setTimeout(() => {
      this.#retrying = null;
      this.start();
      // What came or went meanwhile was told to nobody.
      if (this.#monitor !== null) this.#gather();
    }, RETRY_MS);
    this.#retrying.unref();
  }
}
