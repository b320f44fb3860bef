import { useMemo, useSyncExternalStore } from 'react';

import { Painter } from './draw.ts';
import { readPalette, type Palette } from './palette.ts';

const ATTRIBUTE = 'data-mantine-color-scheme';

function subscribe(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: [ATTRIBUTE] });
  return () => observer.disconnect();
}

/** The colours of the page and a painter for them, new when the page has changed between light and dark. */
export function usePainter(): { palette: Palette; painter: Painter } {
  // The attribute, not the choice: the style says the new colours only once the attribute is there.
  const scheme = useSyncExternalStore(subscribe, () => document.documentElement.getAttribute(ATTRIBUTE));
  return useMemo(() => {
    const palette = readPalette(document.documentElement);
    return { palette, painter: new Painter(palette), scheme };
  }, [scheme]);
}
