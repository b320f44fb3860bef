import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import type { Bridge } from '../../app/bridge/schema.ts';
import { App } from '../app/App.tsx';
import { toPath, type Route } from '../app/router.ts';
import { openPrefs } from '../store/prefs.ts';
import { openSession } from '../store/session.ts';
import './jsdom.ts';

/** The whole window over a bridge, at a route, as a person meets it. */
export function renderApp(bridge: Bridge, route: Route) {
  window.localStorage.clear();
  window.location.hash = toPath(route);
  const { store, stop } = openSession(bridge);
  const services = { bridge, session: store, prefs: openPrefs(window.localStorage) };
  const view = render(<App services={services} env="test" />);
  return {
    ...view,
    user: userEvent.setup(),
    close: () => {
      view.unmount();
      stop();
    },
  };
}
