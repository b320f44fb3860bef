import { useMemo, useSyncExternalStore } from 'react';

import { Painter } from './draw.ts';
import type { Layer } from './layer.ts';
import { classColours, readPalette, type Palette } from './palette.ts';

const ATTRIBUTE = 'data-mantine-color-scheme';

function subscribe(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: [ATTRIBUTE] });
  return () => observer.disconnect();
}

/** The colours of the page, new when it has changed between light and dark. */
export function usePalette(): Palette {
  // The attribute, not the choice: the style says the new colours only once the attribute is there.
  const scheme = useSyncExternalStore(subscribe, () => document.documentElement.getAttribute(ATTRIBUTE));
  return useMemo(() => ({ ...readPalette(document.documentElement), scheme }), [scheme]);
}

/** The colours of the page and a painter of a layer in them. */
export function usePainter({ id, classes }: Layer): { palette: Palette; painter: Painter } {
  const palette = usePalette();
  const painter = useMemo(() => new Painter(palette, classColours(palette, { id, classes })), [palette, id, classes]);
  return { palette, painter };
}
