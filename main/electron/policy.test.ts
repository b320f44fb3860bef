import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { helperPath } from '../connections/index.ts';
import { installationOf } from './installation.ts';

const root = join(import.meta.dirname, '../..');
const policy = await readFile(join(root, 'resources/polkit/dm-remap-desktop.policy'), 'utf8');
const packages = await readFile(join(root, 'electron-builder.yml'), 'utf8');

function annotated(key: string): string | undefined {
  return new RegExp(`<annotate key="org\\.freedesktop\\.policykit\\.exec\\.${key}">([^<]+)</annotate>`).exec(
    policy,
  )?.[1];
}

describe('the polkit action', () => {
  it('names the program and the script that a package starts', () => {
    // electron-builder puts what it packs below /opt, in a folder with the product's name.
    const product = /^productName: (\S+)$/m.exec(packages)?.[1] ?? '';
    const installed = installationOf(`/opt/${product}/resources`, '/source', false);
    expect([annotated('path'), annotated('argv1')]).toEqual([installed.node, helperPath(installed)]);
  });

  it('is in both packages, where polkit looks for it', () => {
    const entries = packages.match(/fpm: \[resources\/polkit\/\S+=\/usr\/share\/polkit-1\/actions\/\S+\.policy\]/g);
    expect(entries).toHaveLength(2);
  });
});
