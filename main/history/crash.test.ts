import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { SOME_PAIR } from '../../tests/doubles/history.ts';
import { silentLog } from '../../tests/doubles/helper.ts';
import { SqliteHistory } from './store.ts';

const writer = join(import.meta.dirname, '../../tests/doubles/history-writer.ts');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-remap-history-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Lets a process write until it said so many times that something was kept, and kills it where it stands. */
async function writeAndKill(path: string, acknowledgements: number): Promise<number> {
  const child = spawn(process.execPath, [writer, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let kept = 0;
  let told = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    kept = Number(line);
    told += 1;
    if (told === acknowledgements) child.kill('SIGKILL');
  }
  expect(await exited).toEqual([null, 'SIGKILL']);
  return kept;
}

it('a process killed while it writes loses nothing that was kept, and the next goes on from there', async () => {
  const path = join(folder, 'history.db');
  for (const acknowledgements of [1, 40, 333, 1500]) {
    const kept = await writeAndKill(path, acknowledgements);
    const db = new DatabaseSync(path);
    expect(db.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    // Thinned or not, each reading is in exactly one row.
    const { readings, moved } =
      db.prepare('select sum(readings) as readings, max(moved_max) as moved from sample').get() ?? {};
    expect(readings).toBe(moved);
    expect(Number(moved)).toBeGreaterThanOrEqual(kept);
    db.close();
    const history = new SqliteHistory({ path, log: silentLog });
    const newest = history.newestEvent(SOME_PAIR.uuid)?.number ?? 0;
    expect(newest).toBeGreaterThanOrEqual(kept);
    // The reading is kept first and its event after it, so that at most one of the two was cut off.
    expect([newest, newest + 1]).toContain(moved);
    expect(history.samples(SOME_PAIR.uuid, { from: 0, to: Date.now(), points: 1 }).eventsLost).toBe(0);
    expect(history.health).toEqual({ error: null, setAside: null });
    history.close();
  }
});
