import { useLayoutEffect, type RefObject } from 'react';

/**
 * Lets an element grow with what it holds, and not shrink again until its width or `content` changes: what stands above
 * it then stays where it is while numbers in it become longer and shorter.
 */
export function useKeptHeight(element: RefObject<HTMLElement | null>, content: unknown): void {
  useLayoutEffect(() => {
    const watched = element.current;
    if (watched === null || typeof ResizeObserver === 'undefined') return;
    let width = 0;
    watched.style.removeProperty('min-height');
    const observer = new ResizeObserver(() => {
      if (watched.offsetWidth !== width) watched.style.removeProperty('min-height');
      width = watched.offsetWidth;
      watched.style.setProperty('min-height', `${String(watched.getBoundingClientRect().height)}px`);
    });
    observer.observe(watched);
    return () => observer.disconnect();
  }, [element, content]);
}
