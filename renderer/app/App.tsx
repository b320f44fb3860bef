import { MantineProvider } from '@mantine/core';
import { useSyncExternalStore } from 'react';
import { useStore } from 'zustand';

import { theme } from '../design/theme.ts';
import { ServicesProvider, type Services } from '../store/context.tsx';
import { Frame } from './Frame.tsx';

/** The whole window. `env` is `test` where there is no layout and nothing may be animated. */
export function App({ services, env = 'default' }: { services: Services; env?: 'default' | 'test' }) {
  const chosen = useStore(services.prefs, (prefs) => prefs.scheme);
  const system = useSystemScheme();
  // Mantine's own switch writes a style element as text, which the content security policy refuses; ours is forced.
  return (
    <MantineProvider
      theme={theme}
      forceColorScheme={chosen === 'auto' ? system : chosen}
      withCssVariables={false}
      withGlobalClasses={false}
      env={env}
    >
      <ServicesProvider services={services}>
        <Frame />
      </ServicesProvider>
    </MantineProvider>
  );
}

const DARK = '(prefers-color-scheme: dark)';

function useSystemScheme(): 'light' | 'dark' {
  return useSyncExternalStore(
    (listener) => {
      const query = window.matchMedia(DARK);
      query.addEventListener('change', listener);
      return () => query.removeEventListener('change', listener);
    },
    () => (window.matchMedia(DARK).matches ? 'dark' : 'light'),
  );
}
