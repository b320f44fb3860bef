import { useLayoutEffect, useState, type RefObject } from 'react';

import type { Size } from './view.ts';

/** Taken where nothing is laid out, and until something is. */
export const USUAL_SIZE: Size = { width: 640, height: 320 };

/** Size of an element without padding or border, in whole CSS pixels, kept up with it; null before it was measured. */
export function useSize(element: RefObject<HTMLElement | null>): Size | null {
  const [size, setSize] = useState<Size | null>(null);
  useLayoutEffect(() => {
    const watched = element.current;
    if (watched === null) return;
    const measure = (): void => {
      const box = watched.getBoundingClientRect();
      const [width, height] = [Math.floor(box.width), Math.floor(box.height)];
      setSize((now) => {
        if (width === 0 || height === 0) return now ?? USUAL_SIZE;
        return now?.width === width && now.height === height ? now : { width, height };
      });
    };
    measure();
    if (typeof ResizeObserver === 'undefined') return;
    const observer = new ResizeObserver(measure);
    observer.observe(watched);
    return () => observer.disconnect();
  }, [element]);
  return size;
}
