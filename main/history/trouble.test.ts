import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { defaultSettings } from '../../app/domain/settings.ts';
import { reading, SOME_PAIR } from '../../tests/doubles/history.ts';
import { silentLog } from '../../tests/doubles/helper.ts';
import { TRY_AGAIN_MS } from './database.ts';
import { historyError } from './failures.ts';
import { migrate, migrations, NewerSchema } from './migrations.ts';
import { SqliteHistory, type HistoryOptions } from './store.ts';

const { uuid } = SOME_PAIR;
const range = { from: 0, to: 1_000_000, points: 1000 };
let folder: string;
let path: string;
let uptime: number;
let opened: SqliteHistory[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-remap-history-'));
  path = join(folder, 'data/history.db');
  uptime = 0;
  opened = [];
});

afterEach(() => {
  for (const history of opened) history.close();
  rmSync(folder, { recursive: true });
});

function open(part: Partial<HistoryOptions> = {}): SqliteHistory {
  const history = new SqliteHistory({ path, log: silentLog, now: () => 1_000_000, uptime: () => uptime, ...part });
  opened.push(history);
  return history;
}

/** Readings that are kept, by their time. */
function times(history: SqliteHistory): number[] {
  return history.samples(uuid, range).points.map(({ to }) => to);
}

function fill(): void {
  const history = open();
  for (let at = 1; at <= 500; at += 1) history.addReading(SOME_PAIR, reading(at * 1000));
  history.close();
}

it('is readable by its owner only, and remembers after it was closed', () => {
  fill();
  expect([statSync(path).mode & 0o777, statSync(join(path, '..')).mode & 0o777]).toEqual([0o600, 0o700]);
  expect(times(open())).toHaveLength(500);
});

describe('a damaged database', () => {
  it.each([
    ['is no database', (): void => writeFileSync(path, 'not a database at all, but long enough to be taken for one')],
    [
      'has pages overwritten',
      (): void => {
        const bytes = readFileSync(path);
        bytes.fill(0xa5, 4096, bytes.length - 4096);
        writeFileSync(path, bytes);
      },
    ],
    ['was cut short', (): void => writeFileSync(path, readFileSync(path).subarray(0, 10_000))],
  ])('that %s is set aside whole, said, and a new one begun', (_what, damage) => {
    fill();
    damage();
    const damaged = readFileSync(path);
    const history = open();
    let told = 0;
    history.onHealth(() => (told += 1));
    history.addReading(SOME_PAIR, reading(7));
    const { error, setAside } = history.health;
    expect([error, told]).toEqual([null, 1]);
    expect(readFileSync(join(folder, 'data', setAside?.file ?? ''))).toEqual(damaged);
    expect(times(history)).toEqual([7]);
    history.close();
    // Said again at the next start: it explains why the history begins so late.
    const later = open();
    expect(times(later)).toEqual([7]);
    expect(later.health.setAside).toEqual(setAside);
  });

  function damageWhileOpen(): void {
    const other = new DatabaseSync(path, { defensive: false });
    other.exec(
      "pragma writable_schema = on; update sqlite_schema set rootpage = 9999 where name = 'sample'; pragma schema_version = 99",
    );
    other.close();
  }

  it('that gets damaged while it is open leaves what was set of pairs to the new one', () => {
    const before = open();
    before.savePairSettings('old', { ...defaultSettings, scanRateKib: 7 });
    before.savePairSettings('changed', defaultSettings);
    before.close();
    const history = open();
    history.addReading(SOME_PAIR, reading(8));
    history.savePairSettings('changed', { ...defaultSettings, scanRateKib: 8 });
    damageWhileOpen();
    history.addReading(SOME_PAIR, reading(9));
    expect(history.health.setAside).not.toBeNull();
    history.close();
    const later = open();
    expect([later.pairSettings('old')?.scanRateKib, later.pairSettings('changed')?.scanRateKib]).toEqual([7, 8]);
  });

  it('that gets damaged while it is open is set aside too', () => {
    fill();
    const history = open();
    expect(times(history)).toHaveLength(500);
    damageWhileOpen();
    history.addReading(SOME_PAIR, reading(9));
    expect(history.health.setAside?.file).toContain('history.db.damaged-');
    expect(times(history)).toEqual([9]);
  });
});

describe('a database of an older version', () => {
  it('keeps what it holds and takes in what that version did not know', () => {
    fill();
    const db = new DatabaseSync(path);
    // Back to the first version: the tables that came later are gone.
    db.exec('drop table zone_time; drop table zone_sample; pragma user_version = 1');
    db.close();
    const history = open();
    expect(times(history)).toHaveLength(500);
    expect(history.zones(uuid)).toEqual([]);
    const sample = { milliseconds: 5, scanPasses: 2, zones: [{ zone: 3, averageUs: 900, worstUs: 4000 }] };
    history.addZones(SOME_PAIR, sample);
    history.close();
    expect(open().zones(uuid)).toEqual([sample]);
  });
});

describe('a database of a newer version', () => {
  it('is left alone, and everything says so', () => {
    fill();
    const other = new DatabaseSync(path);
    other.exec(`pragma user_version = ${migrations.length + 1}`);
    other.close();
    const before = readFileSync(path);
    const history = open();
    expect(() => history.addReading(SOME_PAIR, reading(1))).toThrow(/newer version/);
    expect(() => history.samples(uuid, range)).toThrow(/newer version/);
    expect(history.health.error?.code).toBe('history-unavailable');
    expect(readFileSync(path)).toEqual(before);
    expect(readdirSync(join(folder, 'data'))).not.toContainEqual(expect.stringContaining('damaged'));
  });

  it('is made step by step, and a step that fails leaves the version before it', () => {
    const db = new DatabaseSync(':memory:');
    const steps = ['create table a (x integer) strict', 'create table b (x integer) strict; create table a (y any)'];
    expect(() => migrate(db, steps)).toThrow(/already exists/);
    expect(db.prepare('pragma user_version').get()?.['user_version']).toBe(1);
    expect(db.prepare("select name from sqlite_schema where type = 'table'").all()).toEqual([{ name: 'a' }]);
    expect(() => migrate(db, [])).toThrow(NewerSchema);
  });
});

describe('when it cannot be written', () => {
  it('says that its own limit is reached, reads on, and goes on by itself once there is room', () => {
    const history = open({ maxBytes: 120_000 });
    let kept = 0;
    expect(() => {
      for (let at = 1; at <= 5_000; at += 1) {
        history.addReading(SOME_PAIR, reading(at * 10, { moved: at * 1_000_000_007 }));
        kept = at;
      }
    }).toThrow(/grown to its own limit of 120 KiB/);
    expect(history.health.error).toMatchObject({
      code: 'history-unavailable',
      remedy: expect.stringContaining('move history.db, history.db-wal and history.db-shm away') as string,
    });
    expect(history.samples(uuid, { ...range, points: 1 }).points[0]?.readings).toBe(kept);
    const room = new DatabaseSync(path);
    room.exec('delete from sample');
    room.close();
    // Not at once: each try may be slow.
    expect(() => history.addReading(SOME_PAIR, reading(60_000))).toThrow(/its own limit/);
    uptime += TRY_AGAIN_MS;
    history.addReading(SOME_PAIR, reading(60_001));
    expect(history.health.error).toBeNull();
    expect(times(history)).toEqual([60_001]);
  });

  it('tells a disk that is full from its own limit', () => {
    const full = Object.assign(new Error('database or disk is full'), { errcode: 13 });
    expect(historyError(full, path).data).toMatchObject({
      sentence: expect.stringContaining('no room left') as string,
      remedy: expect.stringContaining('Free some space on the disk') as string,
    });
    const limited = historyError(full, path, 512 * 1024 * 1024).data;
    expect(limited.sentence).toContain('its own limit of 512 MiB');
    expect(limited.remedy).not.toContain('Free some space');
  });

  it('says that its folder is not to be used, and goes on by itself once it is', () => {
    const inTheWay = join(folder, 'data');
    writeFileSync(inTheWay, '');
    const history = open();
    expect(() => history.addReading(SOME_PAIR, reading(1))).toThrow(/cannot be written/);
    expect(() => history.samples(uuid, range)).toThrow(/cannot be written/);
    rmSync(inTheWay);
    uptime += TRY_AGAIN_MS;
    history.addReading(SOME_PAIR, reading(2));
    expect([history.health.error, times(history)]).toEqual([null, [2]]);
    expect(existsSync(path)).toBe(true);
  });

  it('says that another program holds it, and waits for it', () => {
    fill();
    const other = new DatabaseSync(path);
    other.exec('begin immediate');
    const history = open();
    expect(() => history.addReading(SOME_PAIR, reading(600_000))).toThrow(/another program holds/);
    expect(times(history)).toHaveLength(500);
    other.exec('commit');
    other.close();
    uptime += TRY_AGAIN_MS;
    history.addReading(SOME_PAIR, reading(600_000));
    expect(times(history)).toHaveLength(501);
  });
});
