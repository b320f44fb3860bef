import { describe, expect, it } from 'vitest';

import { toPath, toRoute, type Route } from './router.ts';

describe('routes', () => {
  it.each<Route>([
    { at: 'start' },
    { at: 'overview', connection: 'lab' },
    { at: 'device', connection: 'local', name: 'safe-sda', tab: 'remaps' },
    { at: 'device', connection: 'lab', name: 'a.b_c', tab: 'history' },
    { at: 'disk', connection: 'local', devno: '259:12' },
    { at: 'smart-file', connection: 'lab' },
    { at: 'protect', connection: 'lab', main: null },
    { at: 'protect', connection: 'local', main: '259:12' },
  ])('come back from their address: %j', (route) => {
    expect(toRoute(`#${toPath(route)}`)).toEqual(route);
  });

  it.each(['', '#/', '#/elsewhere', '#//'])('%j is the start', (hash) => {
    expect(toRoute(hash)).toEqual({ at: 'start' });
  });

  it('does not take over a name, tab or device that cannot be', () => {
    expect(toRoute('#/lab/device/..')).toEqual({ at: 'overview', connection: 'lab' });
    expect(toRoute('#/lab/device/x/nonsense')).toMatchObject({ tab: 'remaps' });
    expect(toRoute('#/lab/disk/sda')).toEqual({ at: 'overview', connection: 'lab' });
    expect(toRoute('#/lab/protect/rm')).toEqual({ at: 'protect', connection: 'lab', main: null });
  });
});
