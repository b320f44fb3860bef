import { readdirSync, readFileSync } from 'node:fs';

/** As much as a report of an error can carry. */
const MAX_THREADS = 40;

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    // It ended meanwhile, or the kernel keeps no stacks.
    return '';
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/**
 * Where in the kernel a program's threads are, and every other thread that waits without being interruptible: name,
 * state and stack of each. For a person who wants to know what a program that does not end waits for.
 */
export function stuckThreads(pid: number | undefined): string {
  const found: string[] = [];
  for (const process of names('/proc')) {
    for (const thread of names(`/proc/${process}/task`)) {
      const folder = `/proc/${process}/task/${thread}`;
      // "123 (name) D ...": the name may hold anything, also a parenthesis.
      const [, name, state] = /^\d+ \((.*)\) (\S)/s.exec(read(`${folder}/stat`)) ?? [];
      if (name === undefined || (state !== 'D' && process !== String(pid))) continue;
      found.push(`${thread} ${name} ${String(state)}\n${read(`${folder}/stack`)}`);
    }
  }
  return [`up ${read('/proc/uptime')}, load ${read('/proc/loadavg')}`, ...found.slice(0, MAX_THREADS)].join('\n\n');
}
