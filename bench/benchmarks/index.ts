import type { Benchmark } from '../frame/benchmark.ts';
import { activation } from './activation.ts';
import { dataPath } from './data-path.ts';
import { heatmap } from './heatmap.ts';
import { labStart } from './lab-start.ts';
import { memory } from './memory.ts';
import { remap } from './remap.ts';
import { scan } from './scan.ts';
import { scaling } from './scaling.ts';
import { screen } from './screen.ts';

/** All benchmarks, in the order in which they run. */
export const benchmarks: readonly Benchmark[] = [
  dataPath,
  scaling,
  memory,
  remap,
  activation,
  scan,
  labStart,
  screen,
  heatmap,
];
