import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { useMemo } from 'react';

import { theme } from '../design/theme.ts';
import { ServicesProvider, type Services } from '../store/context.tsx';
import { Frame } from './Frame.tsx';

/** The whole window. `env` is `test` where there is no layout and nothing may be animated. */
export function App({ services, env = 'default' }: { services: Services; env?: 'default' | 'test' }) {
  const schemes = useMemo(() => localStorageColorSchemeManager({ key: 'dm-remap.scheme' }), []);
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={schemes}
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
