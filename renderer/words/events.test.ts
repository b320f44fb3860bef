import { expect, it } from 'vitest';

import type { TargetEvent } from '../../app/domain/target.ts';
import { eventSentence } from './events.ts';

const event = (type: TargetEvent['type'], detail: string | null): TargetEvent => ({
  number: 1,
  milliseconds: 0,
  type,
  block: null,
  spareBlock: null,
  detail,
});

it.each([
  ['scan_end', 'complete', 'A scan ended.'],
  ['scan_end', 'stopped', 'A scan was stopped.'],
  ['set', 'scan_rate=0', 'The scan now reads as fast as the disk can.'],
] as const)('%s with %s is told as it was', (type, detail, sentence) => {
  expect(eventSentence(event(type, detail))).toBe(sentence);
});
