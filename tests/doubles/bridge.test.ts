import { applyPatches, type Patch } from 'immer';
import { expect, test } from 'vitest';

import type { RemapsQuery } from '../../app/bridge/schema.ts';
import type { Snapshot } from '../../app/bridge/snapshot.ts';
import { moveBlock } from './answers.ts';
import { BridgeDouble } from './bridge.ts';
import { SCENE_TARGET } from './scene.ts';

const query: RemapsQuery = {
  connection: 'lab',
  name: SCENE_TARGET,
  sort: 'block',
  descending: false,
  filter: { states: [], causes: [], fromBlock: null, toBlock: null, partialOnly: false },
  offset: 0,
  limit: 50,
};

test('patches bring a held snapshot to the present one', async () => {
  const double = new BridgeDouble();
  const held = await double.call('snapshot.get', {});
  let mine: Snapshot = held.snapshot;
  double.on('patch', ({ patches }) => {
    mine = applyPatches(mine, patches as Patch[]);
  });
  moveBlock(double, 123_456);
  expect(mine).toEqual(double.snapshot);
  expect(mine.connections[1]?.targets[0]?.status.spareUsed).toBe(1_201);
});

test('the table is sorted, filtered and cut as asked', async () => {
  const double = new BridgeDouble({ mapped: 300, pending: 20 });
  const answer = await double.call('target.remaps', { ...query, sort: 'seconds', descending: true });
  expect(answer).toMatchObject({ matched: 320, total: 320 });
  const seconds = answer.rows.map((row) => row.seconds);
  expect(seconds).toEqual([...seconds].sort((a, b) => b - a));
  const pending = await double.call('target.remaps', { ...query, filter: { ...query.filter, states: ['pending'] } });
  expect(pending.matched).toBe(20);
});

test('what the contract does not allow is refused', async () => {
  const double = new BridgeDouble();
  await expect(double.call('target.remaps', { ...query, limit: 0 })).rejects.toMatchObject({ code: 'bad-request' });
});
