import { describe, expect, it } from 'vitest';

import { chooseHost, type HostFacts } from './host.ts';

const facts: HostFacts = {
  electronBinary: '/e/electron',
  electronInstaller: '/e/install.js',
  exists: () => true,
  isRoot: false,
  hasDisplay: true,
  install: () => Promise.resolve(false),
};

describe('chooseHost', () => {
  it('takes Electron when its binary is there', async () => {
    expect(await chooseHost(facts)).toEqual({ kind: 'electron', binary: '/e/electron' });
  });

  it('downloads the binary once and takes it', async () => {
    let installed = false;
    const install = (): Promise<boolean> => {
      installed = true;
      return Promise.resolve(true);
    };
    const host = await chooseHost({ ...facts, exists: () => installed, install });
    expect(host).toEqual({ kind: 'electron', binary: '/e/electron' });
  });

  it.each([
    ['as root', { isRoot: true }, 'root'],
    ['without a display', { hasDisplay: false }, 'no display'],
    ['when the download fails', { exists: () => false }, 'could not be downloaded'],
  ])('falls back to the browser %s and says why', async (_case, change, reason) => {
    const host = await chooseHost({ ...facts, ...change });
    expect(host.kind).toBe('web');
    expect(host.kind === 'web' ? host.reason : '').toContain(reason);
  });
});
