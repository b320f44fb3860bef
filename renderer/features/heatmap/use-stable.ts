import { useCallback, useLayoutEffect, useRef } from 'react';

/** A function that stays the same and calls the newest `handler`; for handlers, not to be called while rendering. */
export function useStable<A extends readonly unknown[]>(handler: (...args: A) => void): (...args: A) => void {
  const newest = useRef(handler);
  useLayoutEffect(() => {
    newest.current = handler;
  });
  return useCallback((...args: A) => newest.current(...args), []);
}
