import type { Readable, Writable } from 'node:stream';

import type { LabAction, LabState } from '../app/bridge/lab.ts';
import type { SubjectState } from '../app/alerts/judge.ts';
import type { Notice, Quiet } from '../app/alerts/schema.ts';
import type { ConnectionId } from '../app/bridge/snapshot.ts';
import type { DiskPreview } from '../app/domain/disk-preview.ts';
import type { PairSettings } from '../app/domain/settings.ts';
import type { TargetEvent } from '../app/domain/target.ts';
import type { AppError } from '../app/errors.ts';
import type { Drive } from '../app/history/drive.ts';
import type { Reading } from '../app/history/figures.ts';
import type { EventTimes } from '../app/history/event-times.ts';
import type { HistoryAnswer, HistoryHealth, HistoryPoint } from '../app/history/schema.ts';

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
  /** Whether there is such a package. Asks nobody for anything. */
  offersModule?(): Promise<boolean>;
  /** Present where disks can be listed before `open`, without any rights. Rejects with an `AppError`. */
  preview?(): Promise<DiskPreview[]>;
  /**
   * Ends everything that `open` started and resolves when it is gone. Does nothing when there is nothing. Rejects with an
   * `AppError` (`busy`) when it ends by itself only later, since it is in the middle of a change; an `open` before that waits
   * for it, and is refused with the same error when that takes long.
   */
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

/** A protected pair as the history knows it; a drive is null where it has no serial number to be known by. */
export interface PairIdentity {
  readonly uuid: string;
  readonly name: string;
  readonly main: Drive | null;
  readonly spare: Drive | null;
}

/** A value of a counter, when it was seen for the first time (Unix time in milliseconds). */
export interface CounterValue {
  readonly milliseconds: number;
  readonly value: number;
}

/** How long reads of a zone of main took, in microseconds, when the scanner had read it. */
export interface ZoneTime {
  /** Of `ZONES` equal parts of main, or as many as it has blocks. */
  readonly zone: number;
  readonly averageUs: number;
  readonly worstUs: number;
}

export interface ZoneSample {
  /** Unix time. */
  readonly milliseconds: number;
  /** Passes that the scanner had ended by then. */
  readonly scanPasses: number;
  /** Only zones that were read since the sample before; ascending. */
  readonly zones: readonly ZoneTime[];
}

export interface AlertSettings {
  readonly muted: readonly string[];
  readonly quiet: Quiet | null;
}

export interface AlertStates {
  readonly subjects: ReadonlyMap<string, SubjectState>;
  readonly settings: AlertSettings;
}

/**
 * What is remembered of one connection's devices. Every call throws an `AppError` (`history-unavailable`) when it cannot
 * be done at this moment; nothing else depends on it, so callers go on without.
 */
export interface HistoryPort {
  readonly health: HistoryHealth;
  /** Calls `listener` after each change of `health`; returns the function that ends it. */
  onHealth(listener: () => void): () => void;

  addReading(pair: PairIdentity, reading: Reading): void;
  /** The newest event kept of a pair, by its number's order; null where none is. */
  newestEvent(uuid: string): TargetEvent | null;
  /** Keeps events, ascending by number; those that are known are not kept twice. */
  addEvents(pair: PairIdentity, events: readonly TargetEvent[]): void;
  /** What all that is kept of a pair says of the troubles that were met. */
  eventTimes(uuid: string): EventTimes;
  samples(uuid: string, range: { from: number; to: number; points: number }): HistoryAnswer;
  /** The newest reading at or before a moment. */
  readingAt(uuid: string, milliseconds: number): HistoryPoint | null;

  /**
   * Keeps the value of a drive's counter where it changed. For counters of damage (`5`, `197`, `media_errors`), not for
   * what changes with every reading, such as a temperature.
   */
  addCounter(drive: Drive, counter: string, value: CounterValue): void;
  /** The first value kept of a counter, null where none is. */
  firstSeen(driveKey: string, counter: string): CounterValue | null;
  /** When a counter last rose and to what, null where no rise was seen. */
  lastRose(driveKey: string, counter: string): CounterValue | null;
  /** Every change kept of a counter, in the order in which it was seen. */
  counterChanges(driveKey: string, counter: string): CounterValue[];

  addZones(pair: PairIdentity, sample: ZoneSample): void;
  /** Every sample kept of a pair's zones, in the order in which they were taken. */
  zones(uuid: string): ZoneSample[];

  loadAlerts(): AlertStates;
  saveAlertState(subject: string, state: SubjectState): void;
  saveAlertSettings(settings: AlertSettings): void;

  /** What a pair was last called; null where that is not known. */
  pairName(uuid: string): string | null;
  /** What was last set of a pair; null where nothing was. */
  pairSettings(uuid: string): PairSettings | null;
  savePairSettings(uuid: string, settings: PairSettings): void;

  close(): void;
}

/** How a host tells its user what cannot wait until the window is looked at. */
export interface Notifier {
  /** Shows a notification now. */
  tell(notice: Notice): void;
  /** What stands, whenever that changed. */
  standing(standing: Standing): void;
}

/** What a mark in the corner of a desktop tells. */
export interface Standing {
  readonly alerts: number;
  /** A grave one is among them. */
  readonly grave: boolean;
  /** A computer is looked at: without that no alert can come. */
  readonly watching: boolean;
}
