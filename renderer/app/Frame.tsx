import './frame.css';

import { Loader } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';

import type { Snapshot } from '../../app/bridge/snapshot.ts';
import { Failure, Notice } from '../design/Notice.tsx';
import { Notices } from '../features/alerts/Notices.tsx';
import { DevicePage } from '../features/device/DevicePage.tsx';
import { LabDock } from '../features/lab/LabDock.tsx';
import { Overview } from '../features/overview/Overview.tsx';
import { DiskPage } from '../features/smart/DiskPage.tsx';
import { SmartFilePage } from '../features/smart/SmartFilePage.tsx';
import { Start } from '../features/start/Start.tsx';
import { ProtectWizard } from '../features/wizard/ProtectWizard.tsx';
import { useConnection, useSession } from '../store/context.tsx';
import { Footer } from './Footer.tsx';
import { Rail } from './Rail.tsx';
import { toPath, useRoute, type Route } from './router.ts';
import { TopBar } from './TopBar.tsx';

/** Rail, bar, page and footer; and what stands in the page's place while there is nothing to show yet. */
export function Frame() {
  const snapshot = useSession((session) => session.snapshot);
  return snapshot === null ? <NothingYet /> : <Framed snapshot={snapshot} />;
}

function Framed({ snapshot }: { snapshot: Snapshot }) {
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const page = toPath(route.at === 'device' ? { ...route, tab: 'remaps' } : route);
  useEffect(() => {
    // Without the braces React would take what scrollTo returns, a promise in new browsers, for a clean-up function.
    main.current?.scrollTo(0, 0);
  }, [page]);
  return (
    <div className="frame">
      <a className="skip-link" href="#main" onClick={(event) => skip(event, main.current)}>
        Skip to the page
      </a>
      <Rail connections={snapshot.connections} route={route} />
      <TopBar route={route} />
      <main className="main" id="main" ref={main} tabIndex={-1} aria-label="Page">
        <LinkStrip />
        <Page key={page} route={route} />
      </main>
      {route.at !== 'start' && <Dock route={route} />}
      <Footer route={route} version={snapshot.app.version} />
      <Notices snapshot={snapshot} />
    </div>
  );
}

function skip(event: { preventDefault(): void }, main: HTMLElement | null): void {
  // The address after the # is the route, so the link may not be followed.
  event.preventDefault();
  main?.focus();
}

function Page({ route }: { route: Route }) {
  switch (route.at) {
    case 'start':
      return <Start />;
    case 'overview':
      return <Overview connection={route.connection} />;
    case 'device':
      return <DevicePage connection={route.connection} name={route.name} tab={route.tab} />;
    case 'disk':
      return <DiskPage connection={route.connection} devno={route.devno} />;
    case 'smart-file':
      return <SmartFilePage />;
    case 'protect':
      return <ProtectWizard connection={route.connection} suggested={route.main} />;
  }
}

function Dock({ route }: { route: Exclude<Route, { at: 'start' }> }) {
  const connection = useConnection(route.connection);
  const lab = connection?.lab ?? null;
  if (connection === null || lab === null || route.at === 'protect') return null;
  return <LabDock connection={connection} lab={lab} targetName={route.at === 'device' ? route.name : null} />;
}

function LinkStrip() {
  const link = useSession((session) => session.link);
  if (link !== 'down') return null;
  return (
    <div className="strip-warning" role="status">
      <IconPlugConnectedX size={17} aria-hidden="true" />
      The link to the program is lost. What is shown is as last heard; trying to connect again…
    </div>
  );
}

function NothingYet() {
  const link = useSession((session) => session.link);
  const error = useSession((session) => session.error);
  return (
    <main className="whole-window">
      <div className="stack">
        {link === 'down' && (
          <Notice tone="warn" title="The program behind this window does not answer.">
            It tries again by itself. If it was stopped, start it again and open the address that it prints.
          </Notice>
        )}
        {link !== 'down' && error !== null && <Failure error={error} />}
        {link !== 'down' && error === null && (
          <div className="row" role="status">
            <Loader size="sm" /> Connecting to the program…
          </div>
        )}
      </div>
    </main>
  );
}
