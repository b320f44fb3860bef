import { join } from 'node:path';

import { HelperClient } from '../../app/protocol/client.ts';
import { LineCutter } from '../../app/protocol/frames.ts';
import { Lab } from '../../lab/index.ts';
import type { Benchmark, BenchmarkContext } from '../frame/benchmark.ts';
import { besideLimit, type Figure } from '../frame/figures.ts';
import { median } from '../frame/statistics.ts';

const DEFAULT_RUNS = 3;
const LIMIT_SECONDS = 10;

const helperBundle = join(import.meta.dirname, '../../dist/helper/helper.cjs');

/** Starts the lab as the application does and waits for the helper's first answer; gives the seconds it took. */
async function startOnce(): Promise<number> {
  const begun = performance.now();
  const lab = await Lab.start({ helperBundle });
  try {
    const stream = await lab.helper();
    const cutter = new LineCutter();
    const client = new HelperClient({ send: (line) => void stream.write(`${line}\n`) }, () => undefined);
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      for (const line of cutter.push(chunk).lines) client.receive(line);
    });
    await client.init({ name: 'bench', version: '0' });
    return (performance.now() - begun) / 1000;
  } finally {
    await lab.stop();
  }
}

async function run({ options, say }: BenchmarkContext): Promise<Figure[]> {
  say('a first start, which fills the cache and is not counted');
  await startOnce();
  const seconds: number[] = [];
  for (let run = 1; run <= (options.runs ?? DEFAULT_RUNS); run += 1) {
    say(`start ${String(run)}`);
    seconds.push(await startOnce());
  }
  const note = `longest ${Math.max(...seconds).toFixed(2)} s of ${String(seconds.length)} starts`;
  const name = 'start of the lab to the first answer of its helper';
  return [besideLimit({ name, unit: 's', value: median(seconds), note }, LIMIT_SECONDS)];
}

export const labStart: Benchmark = {
  name: 'lab-start',
  against: `${String(LIMIT_SECONDS)} s, with a filled cache`,
  run,
};
