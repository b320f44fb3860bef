import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { canOpenBrowser, writeLeadingPage } from './browser.ts';

const url = 'http://127.0.0.1:4321/login?t=secret';

describe('the page that leads a browser to the login address', () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'dm-remap-home-'));
  });
  afterEach(() => rm(home, { recursive: true }));

  it('is read by its owner alone, tells nothing in its name, and is gone when it was used', async () => {
    const page = await writeLeadingPage(home, url);
    expect((await stat(page.path)).mode & 0o777).toBe(0o600);
    expect(await readFile(page.path, 'utf8')).toContain(`<meta http-equiv="refresh" content="0;url=${url}">`);
    expect(page.path).not.toContain('secret');
    await page.remove();
    await page.remove();
    expect(await readdir(home)).toEqual([]);
  });

  it('is not written where nothing can be', async () => {
    await expect(writeLeadingPage(join(home, 'none'), url)).rejects.toThrow('ENOENT');
  });
});

describe('a browser', () => {
  it.each([
    [{ DISPLAY: ':0' }, false, true],
    [{ WAYLAND_DISPLAY: 'wayland-0' }, false, true],
    [{ DISPLAY: '' }, false, false],
    [{}, false, false],
    [{ DISPLAY: ':0' }, true, false],
  ])('with %j, as root: %s, is opened: %s', (environment, isRoot, opened) => {
    expect(canOpenBrowser(environment, isRoot)).toBe(opened);
  });
});
