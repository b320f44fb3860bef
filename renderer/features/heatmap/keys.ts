import { useState, type KeyboardEvent } from 'react';

import type { ConnectionId, TargetView } from '../../../app/bridge/snapshot.ts';
import { toErrorData } from '../../../app/errors.ts';
import { formatCount } from '../../../app/domain/units.ts';
import type { Bridge } from '../../../app/bridge/schema.ts';
import { useBridge } from '../../store/context.tsx';
import { predictedWords, stateWords } from '../../words/heatmap.ts';
import { stateOf, type Picked } from './cells.ts';
import type { Describe } from './describe.ts';
import type { Layer } from './layer.ts';
import { likeliestIn, nextPredicted } from './predicted.ts';
import type { HeatmapData } from './use-heatmap.ts';
import { blocksPerCell, windowOf, zoomAt } from './view.ts';
import { blocksIn, blocksOfClass, findBlock } from './walk.ts';

export interface KeysInput {
  readonly connection: ConnectionId;
  readonly target: TargetView;
  readonly data: HeatmapData;
  readonly layer: Layer;
  /** Names of the layer's classes, and what it says of a cell. */
  readonly classNames: readonly string[];
  readonly describe: Describe;
  readonly cursor: number | null;
  readonly picked: Picked | null;
  readonly moveCursor: (block: number) => void;
  /** Told the block that a walk came to. */
  readonly found: (block: number) => void;
  readonly clear: () => void;
}

/** The keyboard of the heatmap: arrows, + −, Home, End, N, P, Escape. `message` is read out. */
export function useKeys(input: KeysInput) {
  const { data, cursor, picked, moveCursor, clear } = input;
  const { view, scale, setView } = data;
  const bridge = useBridge();
  const [message, setMessage] = useState('');
  const [walking, setWalking] = useState(false);

  const walk = async (backward: boolean): Promise<void> => {
    if (walking) return;
    setWalking(true);
    const what = picked === null ? 'problem' : `block that is “${nameOf(input, picked).toLowerCase()}”`;
    try {
      const found = await findNext(bridge, input, backward);
      if (found === null) setMessage(`There is no ${backward ? 'earlier' : 'further'} ${what}.`);
      else {
        input.found(found);
        setMessage(`Block ${formatCount(found)}`);
      }
    } catch (thrown) {
      setMessage(toErrorData(thrown).sentence);
    }
    setWalking(false);
  };

  const move = (cells: number): void => {
    const per = blocksPerCell(view.level);
    const from = cursor ?? view.first;
    const block = Math.min(scale.blocks - 1, Math.max(0, Math.floor(from / per + cells) * per));
    moveCursor(block);
    const code = new Uint8Array(1);
    data.tiles.codes(input.layer, view.level, block, 1, code);
    const state = stateOf(code[0] ?? 0);
    const likely = likeliestIn(input.target.forecast?.where.ranges ?? [], block, per) > 0;
    const words = state === null ? 'loading' : stateWords[state].name;
    const told = input.describe(data.tiles.cell(view.level, block), block, Math.min(per, scale.blocks - block));
    const more = state === null || told === '' ? '' : `, ${told}`;
    setMessage(`Block ${formatCount(block)}: ${words}${more}${likely ? `, ${predictedWords.name.toLowerCase()}` : ''}`);
  };

  const zoom = (steps: number): void => {
    const window = windowOf(view, scale);
    const block = cursor ?? view.first + Math.floor(window.count / 2);
    setView((now, of) => zoomAt(now, block, (block - view.first) / window.count, steps, of));
  };

  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { columns } = scale.gridAt(view.level);
    const acts: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => move(cursor === null ? 0 : -1),
      ArrowRight: () => move(cursor === null ? 0 : 1),
      ArrowUp: () => move(-columns),
      ArrowDown: () => move(columns),
      '+': () => zoom(1),
      '=': () => zoom(1),
      '-': () => zoom(-1),
      Home: () => moveCursor(0),
      End: () => moveCursor(scale.blocks - 1),
      n: () => void walk(false),
      N: () => void walk(false),
      p: () => void walk(true),
      P: () => void walk(true),
      Escape: clear,
    };
    const act = acts[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  return { onKey, walk, walking, message };
}

function nameOf({ classNames }: KeysInput, picked: Picked): string {
  if (typeof picked === 'number') return classNames[picked] ?? '';
  return picked === 'predicted' ? predictedWords.name : stateWords[picked].name;
}

async function findNext(bridge: Bridge, input: KeysInput, backward: boolean): Promise<number | null> {
  const { connection, target, data, cursor, picked } = input;
  const { blocks } = data.scale;
  const from = cursor ?? (backward ? blocks : -1);
  const range = backward ? { first: 0, end: from } : { first: from + 1, end: blocks };
  if (range.end <= range.first) return null;
  if (picked === 'predicted') return nextPredicted(target.forecast?.where.ranges ?? [], range, backward);
  if (typeof picked === 'number') {
    return findBlock(data.fetch, range, blocksOfClass(input.layer, picked, blocks), backward);
  }
  if (picked !== 'partial') return findBlock(data.fetch, range, blocksIn(picked ?? 'problem'), backward);
  // The health query does not tell which blocks are moved in part; the remap table does.
  const answer = await bridge.call('target.remaps', {
    connection,
    name: target.device.name,
    sort: 'block',
    descending: backward,
    filter: { states: [], causes: [], fromBlock: range.first, toBlock: range.end - 1, partialOnly: true },
    offset: 0,
    limit: 1,
  });
  return answer.rows[0]?.block ?? null;
}
