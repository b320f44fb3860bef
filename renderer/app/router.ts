import { useSyncExternalStore } from 'react';
import * as z from 'zod';

import { connectionIdSchema, type ConnectionId } from '../../app/bridge/snapshot.ts';
import { deviceRefSchema } from '../../app/domain/block-device.ts';
import { targetNameSchema } from '../../app/domain/target.ts';

export const deviceTabs = ['remaps', 'events', 'forecast', 'smart', 'history', 'settings'] as const;
export const deviceTabSchema = z.enum(deviceTabs);
export type DeviceTab = z.infer<typeof deviceTabSchema>;

/** Where in the program the window is; each has an address after the #. */
export type Route =
  | { readonly at: 'start' }
  | { readonly at: 'overview'; readonly connection: ConnectionId }
  | { readonly at: 'device'; readonly connection: ConnectionId; readonly name: string; readonly tab: DeviceTab }
  /** A whole disk and what it tells of its health. */
  | { readonly at: 'disk'; readonly connection: ConnectionId; readonly devno: string }
  /** A drive from a saved smartctl file. */
  | { readonly at: 'smart-file'; readonly connection: ConnectionId }
  /** `main`: devno of the disk that was pointed at, which is a suggestion and not a choice. */
  | { readonly at: 'protect'; readonly connection: ConnectionId; readonly main: string | null };

/** The address of a route, without the #. */
export function toPath(route: Route): string {
  switch (route.at) {
    case 'start':
      return '/';
    case 'overview':
      return `/${route.connection}`;
    case 'device':
      return `/${route.connection}/device/${route.name}${route.tab === 'remaps' ? '' : `/${route.tab}`}`;
    case 'disk':
      return `/${route.connection}/disk/${route.devno.replace(':', '-')}`;
    case 'smart-file':
      return `/${route.connection}/smart-file`;
    case 'protect':
      return `/${route.connection}/protect${route.main === null ? '' : `/${route.main.replace(':', '-')}`}`;
  }
}

/** The route of an address; anything unknown is the start. */
export function toRoute(path: string): Route {
  const [first = '', second, third, fourth] = path.replace(/^#?\//, '').split('/');
  const connection = connectionIdSchema.safeParse(first);
  if (!connection.success) return { at: 'start' };
  const id = connection.data;
  if (second === 'device' && targetNameSchema.safeParse(third).success && third !== undefined) {
    return { at: 'device', connection: id, name: third, tab: deviceTabSchema.safeParse(fourth).data ?? 'remaps' };
  }
  if (second === 'disk') {
    const devno = deviceRefSchema.shape.devno.safeParse(third?.replace('-', ':'));
    if (devno.success) return { at: 'disk', connection: id, devno: devno.data };
  }
  if (second === 'smart-file') return { at: 'smart-file', connection: id };
  if (second === 'protect') {
    const main = deviceRefSchema.shape.devno.safeParse(third?.replace('-', ':'));
    return { at: 'protect', connection: id, main: main.data ?? null };
  }
  return { at: 'overview', connection: id };
}

export function go(route: Route): void {
  window.location.hash = toPath(route);
}

export function href(route: Route): string {
  return `#${toPath(route)}`;
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  return toRoute(hash);
}
