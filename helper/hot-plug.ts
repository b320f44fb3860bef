import { AppError } from '../app/errors.ts';
import { log } from './log.ts';
import { tell, type TellingTool } from './run.ts';
import { pluggedDevices } from './sysfs.ts';

/** A disk comes with its partitions, each an event of its own: they are told as one, this long after the first. */
const GATHER_MS = 300;
/** Wait before udev is asked again after its monitor ended; doubled for each monitor that never listened. Milliseconds. */
export const RETRY_MS = 10_000;
export const MOST_RETRY_MS = 1_280_000;
/** A monitor that neither said anything nor ended for this long listens. Milliseconds. */
const LISTENS_AFTER_MS = 2_000;

/**
 * Kernel name of the disk or partition that came or went by a line of `udevadm monitor --udev`:
 * `UDEV  [time] add      /devices/… (block)`. Null for other lines: mappings, loop and RAM devices are no disks, and
 * `change` comes after each writer.
 */
export function pluggedName(line: string): string | null {
  const [, path = ''] = /^UDEV\s+\[[\d.]+\]\s+(?:add|remove)\s+(\/devices\/\S+)\s+\(block\)/.exec(line) ?? [];
  return path === '' || path.startsWith('/devices/virtual/block/') ? null : path.slice(path.lastIndexOf('/') + 1);
}

/** What stands between the class and the machine. */
export interface HotPlugPorts {
  readonly tell: typeof tell;
  /** Disks and partitions that are there: what a device is by its kernel name. */
  readonly plugged: () => ReadonlyMap<string, string>;
}

/** Tells, through udev, that disks or partitions came or went. No disk is read for it. */
export class HotPlug {
  readonly #changed: (names: string[]) => void;
  readonly #ports: HotPlugPorts;
  readonly #names = new Set<string>();
  /** What was there when it was told last. */
  #known: ReadonlyMap<string, string> | null = null;
  #monitor: TellingTool | null = null;
  #listens = false;
  #retryMs = RETRY_MS;
  #gathering: NodeJS.Timeout | null = null;
  #rising: NodeJS.Timeout | null = null;
  #retrying: NodeJS.Timeout | null = null;

  constructor(changed: (names: string[]) => void, ports: HotPlugPorts = { tell, plugged: pluggedDevices }) {
    this.#changed = changed;
    this.#ports = ports;
  }

  /** Begins to listen; again when called again does nothing. Without udev nothing is ever told. */
  start(): void {
    if (this.#monitor !== null || this.#retrying !== null) return;
    this.#known ??= this.#ports.plugged();
    const monitor = this.#ports.tell('udevadm', ['monitor', '--udev', '--subsystem-match=block'], (line) => {
      if (this.#monitor !== monitor) return;
      this.#nowListens();
      const name = pluggedName(line);
      if (name !== null) this.#gather(name);
    });
    this.#monitor = monitor;
    this.#rising = setTimeout(() => this.#nowListens(), LISTENS_AFTER_MS);
    this.#rising.unref();
    monitor.done.then(
      () => this.#ended(monitor, null),
      (thrown: unknown) => this.#ended(monitor, thrown),
    );
  }

  stop(): void {
    for (const timer of [this.#gathering, this.#rising, this.#retrying]) if (timer !== null) clearTimeout(timer);
    this.#gathering = null;
    this.#rising = null;
    this.#retrying = null;
    this.#names.clear();
    this.#known = null;
    this.#listens = false;
    const monitor = this.#monitor;
    this.#monitor = null;
    monitor?.stop();
  }

  #nowListens(): void {
    if (this.#listens) return;
    this.#listens = true;
    this.#retryMs = RETRY_MS;
    // What came or went before was told to nobody.
    const [before, now] = [this.#known ?? new Map<string, string>(), this.#ports.plugged()];
    const names = [...new Set([...before.keys(), ...now.keys()])].filter((name) => before.get(name) !== now.get(name));
    if (names.length > 0) this.#gather(...names);
  }

  #gather(...names: string[]): void {
    for (const name of names) this.#names.add(name);
    this.#gathering ??= setTimeout(() => {
      this.#gathering = null;
      this.#known = this.#ports.plugged();
      this.#changed([...this.#names]);
      this.#names.clear();
    }, GATHER_MS);
  }

  #ended(monitor: TellingTool, thrown: unknown): void {
    if (this.#monitor !== monitor) return;
    this.#monitor = null;
    if (this.#rising !== null) clearTimeout(this.#rising);
    this.#rising = null;
    const error = thrown instanceof Error ? thrown.message : 'the monitor ended';
    log('warn', 'disks that come and go are not noticed', { error });
    if (thrown instanceof AppError && thrown.code === 'tool-missing') return;
    const wait = this.#retryMs;
    if (!this.#listens) this.#retryMs = Math.min(MOST_RETRY_MS, this.#retryMs * 2);
    this.#listens = false;
    this.#retrying = setTimeout(() => {
      this.#retrying = null;
      this.start();
    }, wait);
    this.#retrying.unref();
  }
}
