import { SqliteHistory } from '../../main/history/store.ts';
import { SOME_PAIR, reading } from './history.ts';
import { silentLog } from './helper.ts';

/**
 * Writes one reading and one event after the other to the history at argv[2] until it is killed, and prints the number of
 * each that was kept. Time is the number, so that thinning has work to do all the while.
 */
const HOUR_MS = 3_600_000;
let now = 400 * 24 * HOUR_MS;
let uptime = 0;
const history = new SqliteHistory({
  path: process.argv[2] ?? '',
  log: silentLog,
  now: () => now,
  uptime: () => uptime,
});
function tell(number: number): void {
  history.addEvents(SOME_PAIR, [
    { number, milliseconds: now, type: 'pending', block: number, spareBlock: null, detail: null },
  ]);
  process.stdout.write(`${number}\n`);
}

// A reading whose event was cut off is not written again.
const last = history.readingAt(SOME_PAIR.uuid, Number.MAX_SAFE_INTEGER)?.figures.moved[2] ?? 0;
if (last > (history.newestEvent(SOME_PAIR.uuid)?.number ?? 0)) tell(last);
for (let number = last + 1; ; number += 1) {
  now = 400 * 24 * HOUR_MS + number * 10 * 60_000;
  uptime += 10 * 60_000;
  history.addReading(SOME_PAIR, reading(now, { moved: number }));
  tell(number);
}
