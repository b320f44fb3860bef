import { expect, it } from 'vitest';

import { settingSentence } from './settings.ts';

it.each([
  ['scan_rate=8192', 'The scan now reads at most 8 MiB in a second.'],
  ['scan_rate=0', 'The scan now reads as fast as the disk can.'],
  ['scan_interval=86400', 'A scan now begins every day.'],
  ['scan_interval=604800', 'A scan now begins every 7 days.'],
  ['scan_interval=90', 'A scan now begins every 90 seconds.'],
  ['scan_interval=0', 'The disk is now scanned only when asked.'],
  ['soft_threshold=1', 'A block is now moved after 1 read that had to be tried again.'],
  ['soft_threshold=0', 'Weak blocks are now left where they are.'],
  ['low_spare=25', 'The spare is now called low when 25 % of it are free.'],
  ['retry_delay_ms=1000', 'The setting retry_delay_ms is now 1,000.'],
  ['words', 'A setting was changed.'],
  [null, 'A setting was changed.'],
])('%s is said as what it means from now on', (detail, sentence) => {
  expect(settingSentence(detail)).toBe(sentence);
});
