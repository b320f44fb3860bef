import { useCallback, useRef, useState } from 'react';

import type { RequestName, RequestParams, RequestResult } from '../../app/bridge/schema.ts';
import { toErrorData, type ErrorData } from '../../app/errors.ts';
import { useBridge } from './context.tsx';

export interface Call<R extends RequestName> {
  /** Resolves to null when the call failed; the reason is then in `error`. */
  readonly run: (params: RequestParams<R>) => Promise<RequestResult<R> | null>;
  readonly busy: boolean;
  readonly error: ErrorData | null;
  readonly clear: () => void;
}

/** A call that a person sets off: busy while it runs, its failure kept for the screen. The newest call wins. */
export function useCall<R extends RequestName>(name: R): Call<R> {
  const bridge = useBridge();
  const [state, setState] = useState<{ busy: boolean; error: ErrorData | null }>({ busy: false, error: null });
  const newest = useRef(0);

  const run = useCallback(
    async (params: RequestParams<R>) => {
      const turn = ++newest.current;
      setState({ busy: true, error: null });
      try {
        const result = await bridge.call(name, params);
        if (turn === newest.current) setState({ busy: false, error: null });
        return result;
      } catch (thrown) {
        if (turn === newest.current) setState({ busy: false, error: toErrorData(thrown) });
        return null;
      }
    },
    [bridge, name],
  );
  const clear = useCallback(() => setState({ busy: false, error: null }), []);
  return { run, clear, ...state };
}
