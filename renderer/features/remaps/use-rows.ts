import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

import type { Bridge, RemapsQuery } from '../../../app/bridge/schema.ts';
import type { RemapRow } from '../../../app/domain/target.ts';
import { toErrorData, type ErrorData } from '../../../app/errors.ts';
import { MAX_ROWS } from '../../../app/protocol/methods.ts';
import { useBridge } from '../../store/context.tsx';

export const PAGE_ROWS = 200;
/** Pages kept; scrolling through a million rows must not keep them all. */
const MOST_PAGES = 60;

export type RowsQuery = Omit<RemapsQuery, 'offset' | 'limit'>;

export interface Rows {
  readonly rowAt: (index: number) => RemapRow | undefined;
  /** Rows that match the filter and all rows; null before the first answer. */
  readonly matched: number | null;
  readonly total: number | null;
  readonly error: ErrorData | null;
  /** Says which rows are in sight. */
  readonly want: (first: number, count: number) => void;
}

interface Held {
  readonly query: string;
  readonly revision: number;
  readonly pages: ReadonlyMap<number, readonly RemapRow[]>;
  readonly matched: number | null;
  readonly total: number | null;
  readonly error: ErrorData | null;
}

const nothing = { pages: new Map<number, readonly RemapRow[]>(), matched: null, total: null, error: null } as const;

/** Rows of the remap table by page, asked for as they come in sight, and again when the table changed. */
export function useRows(query: RowsQuery, revision: number): Rows {
  const bridge = useBridge();
  const key = JSON.stringify(query);
  const [held, setHeld] = useState<Held>({ query: key, revision, ...nothing });
  const [sight, setSight] = useState({ first: 0, count: 40 });
  const asked = useRef({ key: '', revision: -1, pages: new Set<number>() });

  const firstPage = Math.floor(sight.first / PAGE_ROWS);
  const lastPage = Math.floor((sight.first + Math.max(1, sight.count) - 1) / PAGE_ROWS);
  useEffect(() => {
    const state = asked.current;
    if (state.key !== key || state.revision !== revision) {
      asked.current = { key, revision, pages: new Set() };
    }
    const { pages } = asked.current;
    const parsed = JSON.parse(key) as RowsQuery;
    for (let page = firstPage; page <= lastPage; page += 1) {
      if (pages.has(page)) continue;
      pages.add(page);
      bridge.call('target.remaps', { ...parsed, offset: page * PAGE_ROWS, limit: PAGE_ROWS }).then(
        (answer) => {
          if (asked.current.pages !== pages) return;
          setHeld((now) => {
            const same = now.query === key && now.revision === revision;
            const kept = same ? [...now.pages].slice(-MOST_PAGES) : [];
            const { matched, total } = answer;
            return {
              query: key,
              revision,
              pages: new Map([...kept, [page, answer.rows]]),
              matched,
              total,
              error: null,
            };
          });
        },
        (thrown: unknown) => {
          if (asked.current.pages !== pages) return;
          pages.delete(page);
          setHeld((now) => ({ ...now, error: toErrorData(thrown) }));
        },
      );
    }
    for (const page of pages) {
      // What was dropped from the pages kept must be asked for again when it comes back in sight.
      if (pages.size > MOST_PAGES && (page < firstPage || page > lastPage)) pages.delete(page);
    }
  }, [bridge, key, revision, firstPage, lastPage]);

  const want = useCallback(
    (first: number, count: number) =>
      setSight((now) => (now.first === first && now.count === count ? now : { first, count })),
    [],
  );
  return useMemo(
    () => ({
      rowAt: (index) => held.pages.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS],
      matched: held.matched,
      total: held.total,
      error: held.error,
      want,
    }),
    [held, want],
  );
}

/** Rows `first` to before `end` in order, however many answers it takes. */
export async function fetchRows(bridge: Bridge, query: RowsQuery, first: number, end: number): Promise<RemapRow[]> {
  const rows: RemapRow[] = [];
  for (let offset = first; offset < end;) {
    const limit = Math.min(MAX_ROWS, end - offset);
    const answer = await bridge.call('target.remaps', { ...query, offset, limit });
    if (answer.rows.length === 0) break;
    rows.push(...answer.rows);
    offset += answer.rows.length;
  }
  return rows;
}
