import { createContext, useContext, type ReactNode } from 'react';
import { useStore } from 'zustand';

import type { Bridge } from '../../app/bridge/schema.ts';
import type { Connection, ConnectionId, TargetView } from '../../app/bridge/snapshot.ts';
import type { Prefs, PrefsStore } from './prefs.ts';
import type { Session, SessionStore } from './session.ts';

export interface Services {
  readonly bridge: Bridge;
  readonly session: SessionStore;
  readonly prefs: PrefsStore;
}

const ServicesContext = createContext<Services | null>(null);

export function ServicesProvider({ services, children }: { services: Services; children: ReactNode }) {
  return <ServicesContext value={services}>{children}</ServicesContext>;
}

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === null) throw new Error('ServicesProvider is missing above this component');
  return services;
}

export function useBridge(): Bridge {
  return useServices().bridge;
}

export function useSession<T>(select: (session: Session) => T): T {
  return useStore(useServices().session, select);
}

export function usePrefs<T>(select: (prefs: Prefs) => T): T {
  return useStore(useServices().prefs, select);
}

export function useSetPrefs(): (change: Partial<Prefs>) => void {
  const { prefs } = useServices();
  return (change) => prefs.setState(change);
}

/** Whether what is shown of a connection is its present state: it is open, answers, and the program can be asked. */
export function useLive(connection: Connection): boolean {
  const link = useSession((session) => session.link);
  const { phase } = connection;
  return phase.state === 'open' && phase.trouble === undefined && link === 'up';
}

export function useConnection(id: ConnectionId): Connection | null {
  return useSession(({ snapshot }) => snapshot?.connections.find((connection) => connection.id === id) ?? null);
}

export function useTarget(id: ConnectionId, name: string): TargetView | null {
  return useSession(
    ({ snapshot }) =>
      snapshot?.connections
        .find((connection) => connection.id === id)
        ?.targets.find((target) => target.device.name === name) ?? null,
  );
}
