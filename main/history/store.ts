import type { SubjectState } from '../../app/alerts/judge.ts';
import type { PairSettings } from '../../app/domain/settings.ts';
import type { TargetEvent } from '../../app/domain/target.ts';
import type { Drive } from '../../app/history/drive.ts';
import { nothingMet, type EventTimes } from '../../app/history/event-times.ts';
import type { Reading } from '../../app/history/figures.ts';
import type { HistoryAnswer, HistoryHealth, HistoryPoint } from '../../app/history/schema.ts';
import type { AlertSettings, AlertStates, CounterValue, HistoryPort, PairIdentity, ZoneSample } from '../ports.ts';
import { loadAlertStates, saveAlertSettings, saveAlertState } from './alert-states.ts';
import { addCounter, counterChanges, counterFirst, counterLastRise } from './counters.ts';
import { HistoryDatabase, type DatabaseOptions } from './database.ts';
import { eventTimesOf } from './event-times.ts';
import { addEvents, lostEvents, marksOf, newestEvent } from './events.ts';
import { driveId, knownDriveId, knownPairId, pairId, pairName } from './identities.ts';
import { loadPairSettings, savePairSettings, sharePairSettings, type KeptSettings } from './pair-settings.ts';
import { thinOut } from './retention.ts';
import { nullableCountSchema } from './rows.ts';
import { addReading, clockSetBackOf, keptOf, pointsOf, readingAt } from './samples.ts';
import { addZones, zonesOf } from './zones.ts';

/** How often old readings are thinned, in milliseconds. */
export const THIN_EVERY_MS = 3_600_000;
/**
 * A clock that is further ahead of the newest reading, or of the time that passed, than this, in milliseconds, is not
 * believed at once: a wrong date must not age everything that is kept.
 */
const DOUBTFUL_MS = 24 * 3_600_000;

const nothingKept: HistoryAnswer = {
  kept: null,
  points: [],
  events: [],
  eventsLeftOut: 0,
  eventsLost: 0,
  clockSetBack: [],
};

export interface HistoryOptions extends Omit<DatabaseOptions, 'opened'> {
  /** Unix time in milliseconds. */
  readonly now?: () => number;
}

/** History in SQLite. Thins what is old while it is written to; nothing runs by itself. */
export class SqliteHistory implements HistoryPort {
  readonly #database: HistoryDatabase;
  readonly #now: () => number;
  readonly #uptime: () => number;
  readonly #pairSettings: KeptSettings = new Map();
  #thinned: { readonly now: number; readonly uptime: number } | null = null;

  constructor(options: HistoryOptions) {
    this.#database = new HistoryDatabase({
      ...options,
      opened: (db) => sharePairSettings(db, this.#pairSettings),
    });
    this.#now = options.now ?? Date.now;
    this.#uptime = options.uptime ?? (() => performance.now());
  }

  get health(): HistoryHealth {
    return this.#database.health;
  }

  onHealth(listener: () => void): () => void {
    return this.#database.onHealth(listener);
  }

  addReading(pair: PairIdentity, reading: Reading): void {
    this.#thinOutWhenDue();
    this.#database.write((db) => addReading(db, pairId(db, pair, this.#now()), reading));
  }

  newestEvent(uuid: string): TargetEvent | null {
    return this.#ofPair(uuid, null, newestEvent);
  }

  addEvents(pair: PairIdentity, events: readonly TargetEvent[]): void {
    if (events.length === 0) return;
    this.#database.write((db) => addEvents(db, pairId(db, pair, this.#now()), events));
  }

  eventTimes(uuid: string): EventTimes {
    return this.#ofPair(uuid, nothingMet, eventTimesOf);
  }

  samples(uuid: string, range: { from: number; to: number; points: number }): HistoryAnswer {
    return this.#ofPair(uuid, nothingKept, (db, pair) => {
      const { events, leftOut } = marksOf(db, pair, range.from, range.to);
      return {
        kept: keptOf(db, pair),
        points: pointsOf(db, pair, range),
        events,
        eventsLeftOut: leftOut,
        eventsLost: lostEvents(db, pair),
        clockSetBack: clockSetBackOf(db, pair, range.from, range.to),
      };
    });
  }

  readingAt(uuid: string, milliseconds: number): HistoryPoint | null {
    return this.#ofPair(uuid, null, (db, pair) => readingAt(db, pair, milliseconds));
  }

  addCounter(drive: Drive, counter: string, value: CounterValue): void {
    this.#database.write((db) => addCounter(db, driveId(db, drive, this.#now()), counter, value));
  }

  firstSeen(driveKey: string, counter: string): CounterValue | null {
    return this.#ofDrive(driveKey, null, (db, drive) => counterFirst(db, drive, counter));
  }

  lastRose(driveKey: string, counter: string): CounterValue | null {
    return this.#ofDrive(driveKey, null, (db, drive) => counterLastRise(db, drive, counter));
  }

  counterChanges(driveKey: string, counter: string): CounterValue[] {
    return this.#ofDrive(driveKey, [], (db, drive) => counterChanges(db, drive, counter));
  }

  addZones(pair: PairIdentity, sample: ZoneSample): void {
    this.#database.write((db) => addZones(db, pairId(db, pair, this.#now()), sample));
  }

  zones(uuid: string): ZoneSample[] {
    return this.#ofPair(uuid, [], zonesOf);
  }

  loadAlerts(): AlertStates {
    return this.#database.read(loadAlertStates);
  }

  saveAlertState(subject: string, state: SubjectState): void {
    this.#database.write((db) => saveAlertState(db, subject, state));
  }

  saveAlertSettings(settings: AlertSettings): void {
    this.#database.write((db) => saveAlertSettings(db, settings));
  }

  pairName(uuid: string): string | null {
    return this.#ofPair(uuid, null, pairName);
  }

  pairSettings(uuid: string): PairSettings | null {
    return this.#database.read((db) => loadPairSettings(db, uuid));
  }

  savePairSettings(uuid: string, settings: PairSettings): void {
    this.#database.write((db) => savePairSettings(db, uuid, settings, this.#pairSettings));
  }

  close(): void {
    this.#database.close();
  }

  #ofPair<T>(uuid: string, otherwise: T, action: (db: Db, pair: number) => T): T {
    return this.#database.read((db) => {
      const pair = knownPairId(db, uuid);
      return pair === null ? otherwise : action(db, pair);
    });
  }

  #ofDrive<T>(key: string, otherwise: T, action: (db: Db, drive: number) => T): T {
    return this.#database.read((db) => {
      const drive = knownDriveId(db, key);
      return drive === null ? otherwise : action(db, drive);
    });
  }

  #thinOutWhenDue(): void {
    const now = this.#now();
    const uptime = this.#uptime();
    const before = this.#thinned;
    if (before !== null && uptime - before.uptime < THIN_EVERY_MS) return;
    const expected = before === null ? this.#newestReading() : before.now + (uptime - before.uptime);
    this.#thinned = { now, uptime };
    // An hour later the clock has either been set right or is to be believed.
    if (expected !== null && now - expected > DOUBTFUL_MS) return;
    this.#database.write((db) => thinOut(db, now));
  }

  #newestReading(): number | null {
    return this.#database.read((db) => {
      const row = db.prepare('select max(to_ms) as newest from sample').get();
      return nullableCountSchema.parse(row?.['newest'] ?? null);
    });
  }
}

type Db = Parameters<Parameters<HistoryDatabase['read']>[0]>[0];
