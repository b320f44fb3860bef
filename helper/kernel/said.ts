import { MAX_KERNEL_MESSAGES, type KernelMessage } from '../../app/domain/kernel-message.ts';
import { linesOf, type LineOf } from './address.ts';
import type { KernelDisk } from './disks.ts';

/** Lines kept for disks that are only found out after the kernel wrote of them. */
const MAX_RECENT = 1000;

interface Numbered {
  readonly number: number;
  readonly message: KernelMessage;
}

interface Heard {
  readonly disk: KernelDisk;
  readonly lineOf: LineOf;
  kept: Numbered[];
  changed: boolean;
}

/** What the kernel said of each disk, the newest {@link MAX_KERNEL_MESSAGES} lines. */
export class KernelSaid {
  readonly #byDevno = new Map<string, Heard>();
  #recent: Numbered[] = [];
  #number = 0;
  /** Disks that are gone since {@link news} was asked for. */
  readonly #gone = new Set<string>();

  /** Takes in which disks there are now: a new one is found in what was said lately, one that is gone is forgotten. */
  disks(list: readonly KernelDisk[]): void {
    for (const devno of this.#byDevno.keys()) {
      if (list.some((disk) => disk.devno === devno)) continue;
      this.#byDevno.delete(devno);
      this.#gone.add(devno);
    }
    for (const disk of list) {
      const known = this.#byDevno.get(disk.devno);
      const same = known?.disk.identity === disk.identity;
      if (same && JSON.stringify(known.disk.address) === JSON.stringify(disk.address)) continue;
      const heard: Heard = { disk, lineOf: linesOf(disk.address), kept: [], changed: true };
      const from = this.#recent[0]?.number ?? this.#number + 1;
      if (same) heard.kept = known.kept.filter(({ number }) => number < from);
      const taken = new Set(same ? known.kept : []);
      for (const one of this.#recent) take(heard, one, taken.has(one));
      this.#byDevno.set(disk.devno, heard);
    }
  }

  /** @param live - it was said while the mappings were those that are known */
  add(message: KernelMessage, live: boolean): void {
    const one = { number: ++this.#number, message };
    this.#recent.push(one);
    if (this.#recent.length >= 2 * MAX_RECENT) this.#recent = this.#recent.slice(-MAX_RECENT);
    for (const heard of this.#byDevno.values()) take(heard, one, live);
  }

  /** Whether {@link news} has something. */
  get hasNews(): boolean {
    return this.#gone.size > 0 || [...this.#byDevno.values()].some(({ changed }) => changed);
  }

  /** All that is kept of the disks of which something is new since the last call, oldest line first; nothing of a gone one. */
  news(): { devno: string; messages: KernelMessage[] }[] {
    const gone = [...this.#gone].filter((devno) => !this.#byDevno.has(devno));
    this.#gone.clear();
    const news = [...this.#byDevno].flatMap(([devno, heard]) => {
      if (!heard.changed) return [];
      heard.changed = false;
      return [{ devno, messages: heard.kept.map(({ message }) => message) }];
    });
    return [...gone.map((devno) => ({ devno, messages: [] })), ...news];
  }

  /** Forgets everything that was said: it is going to be told from the beginning. */
  clear(): void {
    this.#recent = [];
    for (const heard of this.#byDevno.values()) {
      heard.kept = [];
      heard.changed = true;
    }
  }
}

function take(heard: Heard, one: Numbered, live: boolean): void {
  const line = heard.lineOf(one.message.text);
  if (line === 'none' || (line === 'mapping' && !live)) return;
  // What was said before was about another device in the same place.
  if (line === 'first') heard.kept = [];
  heard.kept.push(one);
  if (heard.kept.length > MAX_KERNEL_MESSAGES) heard.kept.shift();
  heard.changed = true;
}
