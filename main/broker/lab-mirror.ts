import { isDeepStrictEqual } from 'node:util';

import { original } from 'immer';

import type { LabState } from '../../app/bridge/lab.ts';
import type { Connection } from '../../app/bridge/snapshot.ts';
import type { LabPort } from '../ports.ts';

/** Closest that two looks at the lab's state stand, in milliseconds: a workload counts thousands of writes a second. */
const LOOK_EVERY_MS = 100;

/** Keeps the lab's state in the snapshot; only the parts that differ become patches. */
export class LabMirror {
  readonly #lab: LabPort;
  readonly #change: (recipe: (connection: Connection) => void) => void;
  readonly #unsubscribe: () => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(lab: LabPort, change: (recipe: (connection: Connection) => void) => void) {
    this.#lab = lab;
    this.#change = change;
    this.#unsubscribe = lab.onChange(() => {
      this.#timer ??= setTimeout(() => this.look(), LOOK_EVERY_MS);
    });
    this.look();
  }

  /** Takes in the present state at once. */
  look(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const { state } = this.#lab;
    this.#change((connection) => {
      if (state === null || connection.lab === null) connection.lab = state;
      else update(connection.lab, state);
    });
  }

  stop(): void {
    this.#unsubscribe();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}

function update(draft: LabState, state: LabState): void {
  const before = original(draft);
  draft.power = state.power;
  if (!isDeepStrictEqual(before.workload, state.workload)) draft.workload = state.workload;
  if (draft.disks.length !== state.disks.length) draft.disks = state.disks;
  for (const [index, disk] of state.disks.entries()) {
    if (!isDeepStrictEqual(before.disks[index], disk)) draft.disks[index] = disk;
  }
}
