import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Browser, Page } from '@playwright/test';
import { build } from 'esbuild';
import * as z from 'zod';

import { startChromium } from '../browser/chromium.ts';
import { MainThread } from '../browser/main-thread.ts';
import type { Benchmark, BenchmarkContext } from '../frame/benchmark.ts';
import { besideLimit, told, type Figure } from '../frame/figures.ts';
import { median, quantile } from '../frame/statistics.ts';

const DEFAULT_RUNS = 3;
/** Cells of the large picture: 1000 × 1000. */
const EDGE_CELLS = 1000;
const FRAMES = 100;
/** How often the measuring itself is measured. */
const MEASURED_EMPTY = 15;
const FRAME_LIMIT_MS = 16;
const FIRST_PAINT_LIMIT_MS = 100;
/** Part of all frames that must be within the limit. */
const FRAMES_WITHIN = 0.95;

/** The window is moved after every so many zooms, so often. */
const MOVED_EVERY = 3;
const MOVES = 5;

const root = join(import.meta.dirname, '../..');

const milliseconds = z.number();

const layers = [
  { name: 'state', prefs: { heatLayer: 'state' } },
  { name: 'speed', prefs: { heatLayer: 'speed', heatScale: 'hddscan' } },
  { name: 'speed beside its neighbourhood', prefs: { heatLayer: 'speed', heatScale: 'neighbourhood' } },
  { name: 'risk', prefs: { heatLayer: 'risk' } },
  { name: 'last read', prefs: { heatLayer: 'age' } },
] as const;

function rangeOf(all: readonly number[]): string {
  return `${Math.min(...all).toFixed(1)} to ${Math.max(...all).toFixed(1)} ms in ${String(all.length)}`;
}

async function load(page: Page, entry: string): Promise<void> {
  const bundle = await build({
    entryPoints: [join(root, 'bench/page', entry)],
    bundle: true,
    format: 'iife',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
    outdir: 'unused',
    logLevel: 'silent',
  });
  for (const { path, text } of bundle.outputFiles) {
    if (path.endsWith('.css')) await page.addStyleTag({ content: text });
    else await page.addScriptTag({ content: text });
  }
}

async function measureCells(browser: Browser): Promise<Figure[]> {
  const page = await browser.newPage({ viewport: { width: 2000, height: 2000 } });
  await page.addStyleTag({ content: await readFile(join(root, 'renderer/design/tokens.css'), 'utf8') });
  await load(page, 'cells.ts');
  const thread = await MainThread.of(page);
  await page.evaluate(`cells.load(${String(EDGE_CELLS)}, ${String(FRAMES)})`);
  const firstPaint = await thread.cost('cells.first().then((took) => { cells.took = took; })');
  const clock = milliseconds.parse(await page.evaluate('cells.took'));
  const frames: number[] = [];
  for (let row = 1; row <= FRAMES; row += 1) {
    frames.push(milliseconds.parse(await page.evaluate(`cells.frame(${String(row)})`)));
  }
  await page.close();
  const cells = (EDGE_CELLS ** 2).toLocaleString('en');
  const first = { name: `first paint, ${cells} cells`, unit: 'ms', value: firstPaint } as const;
  return [
    besideLimit(
      { name: `frame, ${cells} cells`, unit: 'ms', value: median(frames), note: rangeOf(frames) },
      FRAME_LIMIT_MS,
    ),
    besideLimit({ ...first, note: `${clock.toFixed(1)} ms by the clock` }, FIRST_PAINT_LIMIT_MS),
  ];
}

/** Milliseconds of the main thread each. */
interface DiskTimes {
  /** From nothing to the whole disk with its last cell. */
  readonly whole: number;
  /** Of each step of zoom from the whole disk to single blocks: to the picture with its last cell. */
  readonly zooms: readonly number[];
  /** Of each step of zoom and of each move of the window: to the frame that shows it with what is known so far. */
  readonly frames: readonly number[];
}

/** What the measuring itself takes, found with nothing to draw: of a picture, and of a frame. */
interface Measuring {
  readonly picture: number;
  readonly frame: number;
}

/** Opens the heatmap of the disk, zooms in to single blocks and moves the window at every third level. */
async function visitDisk(page: Page, thread: MainThread, prefs: object): Promise<DiskTimes> {
  const whole = await thread.cost(`disk.open(${JSON.stringify(prefs)}); disk.settled()`);
  const zooms: number[] = [];
  const frames: number[] = [];
  while (z.boolean().parse(await page.evaluate('disk.mayZoomIn()'))) {
    const frame = await thread.cost('disk.zoomIn()');
    frames.push(frame);
    zooms.push(frame + (await thread.cost('disk.settled()')));
    if (zooms.length % MOVED_EVERY !== 0) continue;
    await page.evaluate('disk.hold()');
    for (let step = 1; step <= MOVES; step += 1) frames.push(await thread.cost(`disk.moveTo(${String(step)})`));
    await page.evaluate(`disk.release(${String(MOVES)}); disk.settled()`);
  }
  await page.evaluate('disk.close()');
  return { whole, zooms, frames };
}

async function measureMeasuring(page: Page, thread: MainThread): Promise<Measuring> {
  await page.evaluate('disk.open({}); disk.settled()');
  const pictures: number[] = [];
  const frames: number[] = [];
  for (let run = 0; run < MEASURED_EMPTY; run += 1) {
    pictures.push(await thread.cost('disk.settled()'));
    frames.push(await thread.cost('disk.frame()'));
  }
  await page.evaluate('disk.close()');
  return { picture: median(pictures), frame: median(frames) };
}

/** The browser's own part: a canvas as large as the heatmap's, filled, shown and filled again. */
async function measureCanvas(page: Page, thread: MainThread, runs: number): Promise<number[]> {
  await page.evaluate('disk.open({}); disk.settled()');
  const taken: number[] = [];
  for (let run = 0; run < runs; run += 1) taken.push(await thread.cost('disk.plainCanvas()'));
  await page.evaluate('disk.close()');
  return taken;
}

async function measureDisk(browser: Browser, runs: number): Promise<Figure[]> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.setContent('<style>.bench-disk > .heat { width: 1200px; height: 760px }</style>');
  await load(page, 'disk.tsx');
  const thread = await MainThread.of(page);
  const figures: Figure[] = [];
  for (const { name, prefs } of layers) {
    // The first time the answers are made up, and the browser compiles what it runs.
    await visitDisk(page, thread, prefs);
    const taken: DiskTimes[] = [];
    const measuring = await measureMeasuring(page, thread);
    for (let run = 0; run < runs; run += 1) taken.push(await visitDisk(page, thread, prefs));
    const wholes = taken.map(({ whole }) => whole - measuring.picture);
    const steps = taken[0]?.zooms.length ?? 0;
    const zooms = Array.from({ length: steps }, (_, at) =>
      median(taken.map((one) => (one.zooms[at] ?? Number.NaN) - measuring.frame - measuring.picture)),
    );
    const frames = taken.flatMap((one) => one.frames.map((frame) => frame - measuring.frame));
    const figure = (what: string, value: number, limit: number, note: string): Figure =>
      besideLimit({ name: `16 TB, ${name}: ${what}`, unit: 'ms', value, note }, limit);
    figures.push(
      figure('first paint, whole disk', median(wholes), FIRST_PAINT_LIMIT_MS, rangeOf(wholes)),
      figure(
        `first paint, slowest of ${String(steps)} zooms`,
        Math.max(...zooms),
        FIRST_PAINT_LIMIT_MS,
        rangeOf(zooms),
      ),
      figure('frame while zooming and moving', median(frames), FRAME_LIMIT_MS, rangeOf(frames)),
      figure('frame, 95 of 100 take at most', quantile(frames, FRAMES_WITHIN), FRAME_LIMIT_MS, ''),
    );
  }
  const plain = await measureCanvas(page, thread, MEASURED_EMPTY);
  await page.close();
  return [
    ...figures,
    told({ name: 'a plain canvas as large, filled twice', unit: 'ms', value: median(plain), note: rangeOf(plain) }),
  ];
}

async function run({ options, say }: BenchmarkContext): Promise<Figure[]> {
  // A frame should come when its work is done, not when a screen shows the next one.
  const browser = await startChromium(['--disable-frame-rate-limit', '--disable-gpu-vsync']);
  try {
    say('a million cells');
    const cells = await measureCells(browser);
    say('a disk of 16 TB');
    return [...cells, ...(await measureDisk(browser, options.runs ?? DEFAULT_RUNS))];
  } finally {
    await browser.close();
  }
}

export const heatmap: Benchmark = {
  name: 'heatmap',
  against: `${String(FRAME_LIMIT_MS)} ms for a frame and ${String(FIRST_PAINT_LIMIT_MS)} ms for a first one`,
  run,
};
