import type { Readable, Writable } from 'node:stream';

import type { LabAction, LabState } from '../app/bridge/lab.ts';
import type { ConnectionId } from '../app/bridge/snapshot.ts';
import type { DiskPreview } from '../app/domain/disk-preview.ts';
import type { AppError } from '../app/errors.ts';

/** A live way to a helper. */
export interface HelperLink {
  /** Lines to the helper. Ending it ends the helper. */
  readonly input: Writable;
  /** Lines from the helper. */
  readonly output: Readable;
  /** Resolves, never rejects, once the helper is gone, with what a person should read about it. */
  readonly closed: Promise<AppError>;
  /** How long the first answer may take in milliseconds; null where a person is asked for a password first. */
  readonly firstAnswerMs: number | null;
}

export type OnStep = (text: string) => void;

/** A kind of connection, as the broker sees it. It knows no broker and no view. */
export interface Connector {
  readonly id: ConnectionId;
  readonly title: string;
  /** Present where disks are make-believe and may be made to fail. */
  readonly lab?: LabPort;
  /**
   * Makes a helper ready to talk to. Tells in words what it is doing: each step ends when the next begins or the promise
   * settles. Rejects with an `AppError` (`cancelled` after `signal`) and leaves nothing running that was not before.
   */
  open(onStep: OnStep, signal: AbortSignal): Promise<HelperLink>;
  /**
   * Present where the kernel module can be installed as a package. Asks for a password only when it can be. Rejects with
   * an `AppError`.
   */
  installModule?(): Promise<void>;
  /** Present where disks can be listed before `open`, without any rights. Rejects with an `AppError`. */
  preview?(): Promise<DiskPreview[]>;
  /** Ends everything that `open` started and resolves when it is gone. Does nothing when there is nothing. */
  close(): Promise<void>;
}

export interface LabPort {
  /** null until the lab was started for the first time. */
  readonly state: LabState | null;
  /** Calls `listener` after each change of `state`; returns the function that ends it. */
  onChange(listener: () => void): () => void;
  /** Rejects with an `AppError` and changes nothing when the action does not fit the lab's present state. */
  act(action: Exclude<LabAction, { action: 'power-on' }>): Promise<void>;
}

/** Where the program says what it does, one line each; `fields` holds what a support ticket needs. */
export interface Log {
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}
