import './no-eval.ts';
import '@mantine/core/styles.css';
import '@fontsource-variable/inter/wght.css';
import './design/tokens.css';
import './design/base.css';
import './design/components.css';

import { createRoot } from 'react-dom/client';

import { App } from './app/App.tsx';
import { chooseBridge } from './bridge/choose.ts';
import { openPrefs } from './store/prefs.ts';
import { openSession } from './store/session.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

const bridge = chooseBridge(window);
const { store } = openSession(bridge);
const services = { bridge, session: store, prefs: openPrefs(window.localStorage) };
createRoot(root).render(<App services={services} />);
