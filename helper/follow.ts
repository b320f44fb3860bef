import { existsSync, watch, type FSWatcher } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

import type { ProtectedDevice, TargetEvent, TargetStatus } from '../app/domain/target.ts';
import { AppError } from '../app/errors.ts';
import type { NotificationHandler } from '../app/protocol/client.ts';
import { MAX_ROWS } from '../app/protocol/methods.ts';
import { log } from './log.ts';
import { listProtected, readInfo, readStatus } from './mappings.ts';
import type { Page } from './parse/messages.ts';
import { start, type Running, type RunResult } from './run.ts';
import { hasGap, readEvents } from './target-events.ts';

const MAPPER = '/dev/mapper';
/** Wait before a device is followed again after its `dmsetup wait` failed though the device is there. Milliseconds. */
const RETRY_DELAY = 1000;

/** What the client was told last of a pair: its state as text, and the number of its last event. */
interface Told {
  readonly status: string;
  readonly after: number;
}

/** State and events of a pair, read at the same time. */
interface Look {
  readonly status: TargetStatus;
  readonly page: Page<TargetEvent>;
}

async function look(name: string, after: number): Promise<Look> {
  const [status, page] = await Promise.all([readStatus(name), readEvents(name, after, MAX_ROWS)]);
  return { status, page };
}

interface Followed {
  readonly devno: string;
  readonly stopped: AbortController;
}

/**
 * Tells what happens to the live pairs. Each has a `dmsetup wait` that returns when device-mapper raises an event;
 * pairs that appear or go are seen by the device nodes that come and go with them. Nothing is asked at intervals.
 */
export class Follower {
  readonly #notify: NotificationHandler;
  readonly #drained: () => Promise<void>;
  readonly #followed = new Map<string, Followed>();
  #watcher: FSWatcher | null = null;
  #active = false;
  #told: string | null = null;
  #refreshing: Promise<void> | null = null;
  #again = false;

  /** `drained` resolves when the client keeps up: until then nothing new is read for it. */
  constructor(notify: NotificationHandler, drained: () => Promise<void>) {
    this.#notify = notify;
    this.#drained = drained;
  }

  /** Begins, with one `targets.changed` and a `target.changed` for each pair. Again when called again. */
  async start(): Promise<void> {
    this.#active = true;
    this.#told = null;
    this.#watch();
    await this.refresh();
  }

  stop(): void {
    this.#active = false;
    this.#watcher?.close();
    this.#watcher = null;
    for (const { stopped } of this.#followed.values()) stopped.abort();
    this.#followed.clear();
  }

  /** Looks which pairs are live and tells when that changed. Calls while it looks are answered by one more look. */
  refresh(): Promise<void> {
    if (!this.#active) return Promise.resolve();
    this.#again = true;
    this.#refreshing ??= this.#refreshAll().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #refreshAll(): Promise<void> {
    while (this.#again && this.#active) {
      this.#again = false;
      this.#take(await listProtected());
    }
  }

  #take(targets: ProtectedDevice[]): void {
    if (!this.#active) return;
    const told = JSON.stringify(targets.map(({ status: _status, ...device }) => device));
    if (told !== this.#told) this.#notify('targets.changed', { targets });
    this.#told = told;
    for (const [name, { devno, stopped }] of this.#followed) {
      if (targets.some((target) => target.name === name && target.devno === devno)) continue;
      stopped.abort();
      this.#followed.delete(name);
    }
    for (const { name, devno, status } of targets) {
      if (!this.#followed.has(name)) this.#follow(name, devno, status.lastEvent);
    }
  }

  #follow(name: string, devno: string, lastEvent: number): void {
    const followed = { devno, stopped: new AbortController() };
    this.#followed.set(name, followed);
    this.#followUntilGone(name, lastEvent, followed.stopped.signal)
      .catch((thrown: unknown) => {
        if (thrown instanceof AppError && thrown.code === 'target-missing') return true;
        // Not looked for again at once: what fails now would fail again, as fast as it can.
        log('error', 'a protected device is not followed any more', { mapping: name, error: String(thrown) });
        return false;
      })
      .then((gone) => {
        if (this.#followed.get(name) === followed) this.#followed.delete(name);
        if (gone && !followed.stopped.signal.aborted) this.#refreshQuietly();
      })
      .catch((thrown: unknown) => log('error', 'following failed', { error: String(thrown) }));
  }

  /**
   * Resolves with true when the device is gone, with false when it was stopped.
   *
   * `seen` is an event number that was current before the state was last read, so that an event after that makes the
   * wait return at once: none is missed. A newer number for the next round is read beside the events, not before them.
   */
  async #followUntilGone(name: string, lastEvent: number, stopped: AbortSignal): Promise<boolean> {
    let seen = (await readInfo(name))?.eventNumber;
    if (seen === undefined) return true;
    let told: Told = { status: '', after: lastEvent };
    for (;;) {
      const [info, now] = await Promise.all([readInfo(name), this.#tell(name, told, stopped)]);
      if (isOver(stopped)) return false;
      if (info === null) return true;
      told = now;
      const waiting = start('dmsetup', ['wait', '--noflush', name, String(seen)], {
        forever: true,
        allowCodes: [0, 1],
      });
      const woken = await this.#untilStopped(waiting, stopped);
      if (woken === null) return false;
      if (woken.code !== 0) {
        if ((await readInfo(name)) === null) return true;
        log('warn', 'dmsetup wait failed', { mapping: name });
        await pause(RETRY_DELAY);
      }
      seen = Math.max(seen + (woken.code === 0 ? 1 : 0), info.eventNumber);
    }
  }

  /** Tells the state and the events since, unless there is nothing new in them. */
  async #tell(name: string, before: Told, stopped: AbortSignal): Promise<Told> {
    let told = before;
    let from: number | null = before.after;
    while (from !== null) {
      await this.#drained();
      const { status, page }: Look = await look(name, from);
      if (isOver(stopped)) return told;
      const { rows: events, next } = page;
      const text = JSON.stringify(status);
      if (events.length > 0 || text !== told.status) {
        this.#notify('target.changed', { name, status, events, gap: hasGap(told.after, events) });
      }
      told = { status: text, after: events.at(-1)?.number ?? told.after };
      // A target that says "more" without giving any would be asked for ever.
      from = events.length === 0 ? null : next;
    }
    return told;
  }

  /** The result of the wait, or null when it was stopped. */
  async #untilStopped(waiting: Running, stopped: AbortSignal): Promise<RunResult | null> {
    const stop = (): void => waiting.stop();
    stopped.addEventListener('abort', stop);
    try {
      return await waiting.done;
    } catch (thrown) {
      if (isOver(stopped)) return null;
      throw thrown;
    } finally {
      stopped.removeEventListener('abort', stop);
    }
  }

  /** The folder of the nodes is there from the time device-mapper is loaded; until then its parent is watched for it. */
  #watch(): void {
    this.#watcher?.close();
    const there = existsSync(MAPPER);
    this.#watcher = watch(there ? MAPPER : '/dev', (_event, file) => {
      if (there) this.#refreshQuietly();
      else if (file === 'mapper') {
        this.#watch();
        this.#refreshQuietly();
      }
    });
    this.#watcher.on('error', (thrown) => log('error', 'device nodes cannot be watched', { error: String(thrown) }));
  }

  #refreshQuietly(): void {
    this.refresh().catch((thrown: unknown) => log('error', 'the pairs cannot be listed', { error: String(thrown) }));
  }
}

/** Reads the signal anew: it changes during awaits, which the compiler does not see. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}
