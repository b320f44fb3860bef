import type { Browser, Page } from '@playwright/test';
import * as z from 'zod';

import type { Lab } from '../../lab/index.ts';
import { startChromium } from '../browser/chromium.ts';
import { startLabHost } from '../browser/lab-host.ts';
import type { Benchmark, BenchmarkContext } from '../frame/benchmark.ts';
import { told, type Figure } from '../frame/figures.ts';
import { median } from '../frame/statistics.ts';

const DEFAULT_RUNS = 10;
const BLOCK_SECTORS = 8;
/** Distance of the blocks that are made to fail, so that none is read ahead with another. */
const APART_BLOCKS = 64;

/** In the page: resolves with the time, in Unix milliseconds, at which the tile "Cannot be read" shows the count. */
const whenShown = (count: number): string => `new Promise((resolve) => {
  const look = () => {
    const tile = [...document.querySelectorAll('.tile')].find((one) => one.textContent.includes('Cannot be read'));
    const shown = tile?.querySelector('.tile-value')?.textContent ?? '';
    if (!shown.startsWith('${String(count)} ')) return false;
    observer.disconnect();
    resolve(performance.timeOrigin + performance.now());
    return true;
  };
  const observer = new MutationObserver(look);
  if (!look()) observer.observe(document.body, { subtree: true, childList: true, characterData: true });
})`;

function rangeOf(times: readonly number[]): string {
  return `${Math.min(...times).toFixed(1)} to ${Math.max(...times).toFixed(1)} ms in ${String(times.length)}`;
}

async function inGuest(lab: Lab, file: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await lab.exec(file, args, { environment: { DM_DISABLE_UDEV: '1' } });
  if (code !== 0) throw new Error(`${file} in the machine ended with ${String(code)}: ${stderr}`);
}

async function createPair(lab: Lab): Promise<void> {
  const [main, spare] = [await lab.devicePath('main'), await lab.devicePath('spare')];
  const length = lab.disk('main').bytes / 512;
  const table = `0 ${String(length)} remap ${main} ${spare} ${String(BLOCK_SECTORS)} 2 format no_scan`;
  await inGuest(lab, '/usr/sbin/modprobe', ['dm-remap']);
  await inGuest(lab, '/usr/sbin/dmsetup', ['create', 'bench', '--table', table]);
}

/** Milliseconds from the first time the disk fails to give a block to the moment the page tells of it. */
async function showBadBlock(lab: Lab, page: Page, nth: number): Promise<number> {
  const block = nth * APART_BLOCKS;
  const { faults } = lab.disk('main');
  const met = new Promise<number>((resolve) => {
    const unsubscribe = faults.onHit(() => {
      unsubscribe();
      resolve(performance.timeOrigin + performance.now());
    });
  });
  faults.add({
    kind: 'medium',
    operations: ['read'],
    ranges: [{ first: block * BLOCK_SECTORS, count: BLOCK_SECTORS }],
  });
  const shown = page.evaluate(whenShown(nth));
  const read = ['if=/dev/mapper/bench', 'of=/dev/null', 'bs=4096', 'count=1', `skip=${String(block)}`, 'iflag=direct'];
  const { code } = await lab.exec('/usr/bin/dd', read);
  if (code === 0) throw new Error('The bad block was read without an error.');
  return z.number().parse(await shown) - (await met);
}

async function measureStory(browser: Browser, runs: number): Promise<Figure> {
  const host = await startLabHost(createPair);
  try {
    const page = await browser.newPage();
    await page.goto(host.url);
    await page.goto(`${new URL(host.url).origin}/#/lab/device/bench`);
    await page.getByText('Cannot be read').first().waitFor({ timeout: 120_000 });
    const times: number[] = [];
    for (let nth = 1; nth <= runs; nth += 1) times.push(await showBadBlock(host.lab, page, nth));
    return told({
      name: 'bad block met by the disk to its count on the page',
      unit: 'ms',
      value: median(times),
      note: `${rangeOf(times)}; the target's retries included`,
    });
  } finally {
    await host.stop();
  }
}

async function run({ options, say }: BenchmarkContext): Promise<Figure[]> {
  const browser = await startChromium();
  try {
    say('bad blocks in the lab');
    return [await measureStory(browser, options.runs ?? DEFAULT_RUNS)];
  } finally {
    await browser.close();
  }
}

export const screen: Benchmark = {
  name: 'screen',
  against: 'nothing',
  run,
};
