import * as z from 'zod';
import { createStore, type StoreApi } from 'zustand/vanilla';

import { layerIdSchema } from '../features/heatmap/layer.ts';
import { speedScaleSchema, speedTimeSchema } from '../features/heatmap/presets.ts';

const KEY = 'dm-remap.prefs';

const prefsSchema = z.object({
  /** Serial numbers, WWNs and UUIDs are shown. Off by default: people paste pictures of these pages. */
  serialsShown: z.boolean().default(false),
  /** `auto`: as the system. */
  scheme: z.enum(['light', 'dark', 'auto']).default('auto'),
  cellSize: z.enum(['fine', 'normal', 'large']).default('normal'),
  /** What good cells of the heatmap are coloured by. */
  heatLayer: layerIdSchema.default('state'),
  heatTime: speedTimeSchema.default('average'),
  heatScale: speedScaleSchema.default('dm-remap'),
  /** Predicted blocks are hatched. */
  heatForecast: z.boolean().default(true),
  /** null: open where the window is tall enough for it. */
  labPanelOpen: z.boolean().nullable().default(null),
});
export type Prefs = z.infer<typeof prefsSchema>;
export type PrefsStore = StoreApi<Prefs>;

/** Choices of this person on this machine. Unreadable or missing ones become the defaults. */
export function openPrefs(storage: Pick<Storage, 'getItem' | 'setItem'>): PrefsStore {
  const store = createStore<Prefs>(() => read(storage));
  store.subscribe((prefs) => {
    try {
      storage.setItem(KEY, JSON.stringify(prefs));
    } catch {
      // A full or forbidden storage loses the choice at the end of the visit, which is no reason to stop.
    }
  });
  return store;
}

function read(storage: Pick<Storage, 'getItem'>): Prefs {
  try {
    return prefsSchema.parse(JSON.parse(storage.getItem(KEY) ?? '{}'));
  } catch {
    return prefsSchema.parse({});
  }
}
