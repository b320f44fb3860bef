import type { EventRow } from './answers.ts';
import type { Target } from './target.ts';

/** How many device-mapper events a device has raised. */
export async function eventNumber(target: Target): Promise<number> {
  const args = ['info', '-c', '--noheadings', '-o', 'events', target.name];
  const { stdout } = await target.kernelLab.run('/usr/sbin/dmsetup', args);
  return Number(stdout.trim());
}

/** Follows events by `dmsetup wait` alone until `enough`; hangs, and so fails, when a device-mapper event is lost. */
export async function follow(
  target: Target,
  after: number,
  enough: (rows: readonly EventRow[]) => boolean,
): Promise<EventRow[]> {
  const rows: EventRow[] = [];
  for (;;) {
    // The number first: what happens between the two is waited for no longer than it takes.
    const number = await eventNumber(target);
    rows.push(...(await target.events(rows.at(-1)?.number ?? after)));
    if (enough(rows)) return rows;
    await target.kernelLab.run('/usr/sbin/dmsetup', ['wait', '--noflush', target.name, String(number)]);
  }
}
