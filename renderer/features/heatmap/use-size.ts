import { useLayoutEffect, useState, type RefObject } from 'react';

import type { Size } from './view.ts';

/** Taken where nothing is laid out, and until something is. */
export const USUAL_SIZE: Size = { width: 640, height: 320 };

/** Size of an element without padding or border, in whole CSS pixels. */
export function sizeOf(element: HTMLElement): Size {
  const box = element.getBoundingClientRect();
  const [width, height] = [Math.floor(box.width), Math.floor(box.height)];
  return width === 0 || height === 0 ? USUAL_SIZE : { width, height };
}

/** {@link sizeOf} an element, kept up with it; the last one while it is not laid out, null before it was measured. */
export function useSize(element: RefObject<HTMLElement | null>): Size | null {
  const [size, setSize] = useState<Size | null>(null);
  useLayoutEffect(() => {
    const watched = element.current;
    if (watched === null) return;
    const measure = (): void => {
      const size = sizeOf(watched);
      setSize((now) => {
        if (now !== null && (size === USUAL_SIZE || isSameSize(now, size))) return now;
        return size;
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

export function isSameSize(one: Size, other: Size): boolean {
  return one.width === other.width && one.height === other.height;
}
