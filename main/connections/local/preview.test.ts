import { existsSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { previewDisks } from './preview.ts';

describe('previewDisks', () => {
  it('lists the disks of this computer with the real lsblk', async ({ skip }) => {
    if (!existsSync('/usr/bin/lsblk')) skip('there is no lsblk here');
    const disks = await previewDisks();
    expect(new Set(disks.map(({ name }) => name)).size).toBe(disks.length);
    expect(disks.every(({ sizeBytes }) => sizeBytes > 0)).toBe(true);
  });

  it.each([
    ['is not there', '/nowhere/lsblk'],
    ['prints something else', '/bin/echo'],
    ['fails', '/bin/false'],
  ])('says what to do when lsblk %s', async (_case, path) => {
    await expect(previewDisks(path)).rejects.toMatchObject({
      code: 'tool-failed',
      data: { remedy: 'Go on all the same: they are listed once you have given your password.' },
    });
  });
});
