import { useEffect, useState, type RefObject } from 'react';

import type { Size } from './view.ts';

/** Inner size of an element in whole CSS pixels, kept up with it. */
export function useSize(element: RefObject<HTMLElement | null>): Size {
  const [size, setSize] = useState<Size>({ width: 640, height: 320 });
  useEffect(() => {
    const watched = element.current;
    if (watched === null || typeof ResizeObserver === 'undefined') return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry === undefined) return;
      const width = Math.floor(entry.contentRect.width);
      const height = Math.floor(entry.contentRect.height);
      if (width > 0 && height > 0) {
        setSize((now) => (now.width === width && now.height === height ? now : { width, height }));
      }
    });
    observer.observe(watched);
    return () => observer.disconnect();
  }, [element]);
  return size;
}
