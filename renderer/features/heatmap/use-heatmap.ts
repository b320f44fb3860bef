import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

import { unpackHealth } from '../../../app/bridge/health-pack.ts';
import type { ConnectionId, TargetView } from '../../../app/bridge/snapshot.ts';
import type { RemapRow } from '../../../app/domain/target.ts';
import { blockCount } from '../../../app/domain/target.ts';
import { useBridge } from '../../store/context.tsx';
import type { FetchHealth } from './range.ts';
import { Tiles } from './tiles.ts';
import {
  blocksPerCell,
  clampView,
  scaleOf,
  windowOf,
  type CellSize,
  type Scale,
  type Size,
  type View,
} from './view.ts';

/** How often what is in sight is asked for anew where no event says that it changed: reads raise none. */
const REFRESH_MS = 10_000;

/** Blocks that were moved a moment ago, for their one glow. */
export interface Fresh {
  readonly blocks: readonly number[];
  /** When the page heard of it, as `performance.now` counts. */
  readonly since: number;
}

export interface HeatmapData {
  readonly scale: Scale;
  readonly view: View;
  readonly setView: (change: (view: View, scale: Scale) => View) => void;
  readonly tiles: Tiles;
  /** Raised when something in `tiles` or `partial` changed. */
  readonly revision: number;
  /** Blocks in the window that are moved only in part, as far as they are known. */
  readonly partial: ReadonlySet<number>;
  readonly fetch: FetchHealth;
  readonly fresh: Fresh;
}

/** The data behind a heatmap of one device: the view, the tiles it needs, kept up with what happens on the device. */
export function useHeatmap(
  connection: ConnectionId,
  target: TargetView,
  size: Size,
  cellSize: CellSize,
  live: boolean,
): HeatmapData {
  const bridge = useBridge();
  const { name } = target.device;
  const blocks = blockCount(target.device);
  const [revision, setRevision] = useState(0);
  const [view, setRawView] = useState<View>({ first: 0, level: 64 });
  const scale = useMemo(() => scaleOf(size, cellSize, blocks), [size, cellSize, blocks]);
  const clamped = useMemo(() => clampView(view, scale), [view, scale]);

  const fetch = useCallback<FetchHealth>(
    async (firstBlock, count, cells) => {
      const params = { connection, name, firstBlock, blockCount: count, cells };
      return unpackHealth((await bridge.call('target.health', params)).cells);
    },
    [bridge, connection, name],
  );
  const tiles = useMemo(() => new Tiles(fetch, blocks, () => setRevision((value) => value + 1)), [fetch, blocks]);
  const window = windowOf(clamped, scale);
  const latest = useRef({ view: clamped, window });
  useEffect(() => {
    latest.current = { view: clamped, window };
    if (live) tiles.want(clamped.level, window.first, window.count);
  });

  useEffect(() => {
    if (!live) return;
    const want = (): void =>
      tiles.want(latest.current.view.level, latest.current.window.first, latest.current.window.count);
    tiles.reconnected();
    want();
    const timer = setInterval(() => {
      if (document.hidden) return;
      tiles.invalidateAll();
      want();
    }, REFRESH_MS);
    return () => {
      clearInterval(timer);
      tiles.hush();
    };
  }, [tiles, live]);

  const fresh = useFreshBlocks(target, tiles);
  const partial = usePartial(connection, target, window);
  const setView = useCallback(
    (change: (view: View, scale: Scale) => View) => setRawView((now) => change(clampView(now, scale), scale)),
    [scale],
  );
  return { scale, view: clamped, setView, tiles, revision, partial, fetch, fresh };
}

/** Marks what the newest events touched as stale, and gives the blocks that were moved just now. */
function useFreshBlocks(target: TargetView, tiles: Tiles): Fresh {
  const seen = useRef<number | null>(null);
  const [fresh, setFresh] = useState<Fresh>({ blocks: [], since: 0 });
  const { events, status } = target;
  useEffect(() => {
    const before = seen.current;
    seen.current = status.lastEvent;
    if (before === null || before === status.lastEvent) return;
    const news = events.filter((event) => event.number > before);
    // Numbers that are not in the list were dropped: anything may have changed.
    if (news.length < status.lastEvent - before) tiles.invalidateAll();
    for (const { block } of news) if (block !== null) tiles.invalidate(block);
    const moved = news.flatMap((event) => (event.type === 'remap' && event.block !== null ? [event.block] : []));
    // Something new each time also draws anew, which asks for the tiles that are stale now.
    setFresh({ blocks: moved, since: performance.now() });
  }, [events, status.lastEvent, tiles]);
  return fresh;
}

/** Rows asked for at most; more than that many partly moved blocks in one window are not told apart any more. */
const MOST_PARTIAL = 4096;
const none: ReadonlySet<number> = new Set();

function usePartial(
  connection: ConnectionId,
  target: TargetView,
  window: { first: number; count: number },
): ReadonlySet<number> {
  const bridge = useBridge();
  const [rows, setRows] = useState<readonly RemapRow[]>([]);
  const { name } = target.device;
  const any = target.status.partial > 0;
  const { first, count } = window;
  useEffect(() => {
    if (!any) return;
    let wanted = true;
    const filter = { states: [], causes: [], fromBlock: first, toBlock: first + count - 1, partialOnly: true };
    const query = {
      connection,
      name,
      sort: 'block',
      descending: false,
      filter,
      offset: 0,
      limit: MOST_PARTIAL,
    } as const;
    bridge.call('target.remaps', query).then(
      (answer) => wanted && setRows(answer.rows),
      // Without this answer such blocks show as moved, which they are; the health query tells of the failure.
      () => wanted && setRows([]),
    );
    return () => {
      wanted = false;
    };
  }, [bridge, connection, name, any, first, count, target.remapsRevision]);
  return useMemo(() => (any ? new Set(rows.map((row) => row.block)) : none), [any, rows]);
}

/** The cell around a block at a level: its first block and how many it has on the disk. */
export function cellAround(block: number, level: number, blocks: number): { first: number; count: number } {
  const per = blocksPerCell(level);
  const first = Math.floor(block / per) * per;
  return { first, count: Math.min(per, blocks - first) };
}
