import * as z from 'zod';
import { Emitter, type Unsubscribe } from '../events.ts';
import type { Machine } from './machine.ts';

const PortChange = z.object({ id: z.string(), open: z.boolean() });

/** Whether a program in the guest has a virtio-serial port open, from the monitor's events. */
export class GuestPortState {
  #open = false;
  #opens = 0;
  #waiting: (() => void)[] = [];
  readonly #closes = new Emitter<undefined>();

  constructor(machine: Machine, id: string) {
    machine.onEvent(({ event, data }) => {
      if (event !== 'VSERPORT_CHANGE') return;
      const { data: change } = PortChange.safeParse(data);
      if (change?.id !== id) return;
      // At most one change a second is told, the last: opened twice means that it was closed between.
      if (this.#open) this.#closes.emit(undefined);
      this.#open = change.open;
      if (!change.open) return;
      this.#opens += 1;
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const resolve of waiting) resolve();
    });
  }

  /** Told each time the program that had it open closed it, or ended; returns the function that ends the telling. */
  onClose(listener: () => void): Unsubscribe {
    return this.#closes.on(listener);
  }

  /** How often it was opened so far. */
  get opens(): number {
    return this.#opens;
  }

  /** Resolves when the port is open and has been opened more than `after` times. */
  async opened(after = 0): Promise<void> {
    while (!this.#open || this.#opens <= after) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}
