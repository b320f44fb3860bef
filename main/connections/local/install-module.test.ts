import { existsSync } from 'node:fs';

import { exec } from 'sudo-prompt';
import { describe, expect, it } from 'vitest';

import { COMMAND, installError, installModule, type InstallPorts } from './install-module.ts';

interface Recorder extends InstallPorts {
  readonly calls: string[];
}

function ports(offered: boolean, failure?: string): Recorder {
  const calls: string[] = [];
  const act = (name: string) => (): Promise<void> => {
    calls.push(name);
    return failure === undefined ? Promise.resolve() : Promise.reject(new Error(failure));
  };
  return {
    calls,
    isOffered: () => Promise.resolve(offered),
    asAdministrator: act('asAdministrator'),
    directly: act('directly'),
  };
}

describe('installModule', () => {
  it('asks nobody for a password when there is nothing to install', async () => {
    const none = ports(false);
    await expect(installModule(false, none)).rejects.toMatchObject({ code: 'module-missing' });
    expect(none.calls).toEqual([]);
  });

  it('asks once, and not at all when it is root already', async () => {
    const asked = ports(true);
    await installModule(false, asked);
    expect(asked.calls).toEqual(['asAdministrator']);
    const root = ports(true);
    await installModule(true, root);
    expect(root.calls).toEqual(['directly']);
  });

  it.each([
    ['User did not grant permission.', 'permission-refused'],
    ['No polkit authentication agent found.', 'permission-unavailable'],
    ['Unable to find pkexec or kdesudo.', 'permission-unavailable'],
    ['Command failed: E: Unable to locate package', 'tool-failed'],
    ['E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1', 'busy'],
    ['E: Failed to fetch http://deb/x  Temporary failure resolving', 'tool-failed'],
  ])('%s is %s', async (words, code) => {
    await expect(installModule(false, ports(true, words))).rejects.toMatchObject({ code });
    expect(installError(words).data.remedy).not.toBe('');
  });

  it('runs one command that nobody can add to', () => {
    expect(COMMAND).toBe('DEBIAN_FRONTEND=noninteractive /usr/bin/apt-get install --yes dm-remap-dkms');
  });
});

it('the real sudo-prompt works on this Node and says when it cannot ask', async ({ skip }) => {
  if (existsSync('/usr/bin/pkexec')) skip('it would ask for a password here');
  const error = await new Promise<Error | undefined>((resolve) => exec('true', { name: 'test' }, resolve));
  expect(installError(error?.message ?? '').code).toBe('permission-unavailable');
});
