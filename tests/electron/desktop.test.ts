import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { _electron } from '@playwright/test';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const binary = join(root, 'node_modules/electron/dist/electron');
const main = join(root, 'dist/electron/main.mjs');

/** Why the real window cannot be opened here, or null when it can. */
function missing(): string | null {
  if (!existsSync(binary)) return `no Electron binary at ${binary}: it is downloaded on the first start with a network`;
  if (!existsSync(main)) return 'the desktop host is not built: npm run build';
  if (process.getuid?.() === 0) return 'this is root, as which the window refuses to run';
  if ((process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'] ?? '') === '') return 'there is no display';
  return null;
}

it('opens the real window on the start page, without Node', { timeout: 60_000 }, async ({ skip }) => {
  const reason = missing();
  if (reason !== null) skip(reason);
  const desktop = await _electron.launch({ executablePath: binary, args: [main] });
  try {
    const page = await desktop.firstWindow();
    await page.waitForSelector('#root > *');
    expect(page.url()).toBe('app://dm-remap/');
    const seen = await page.evaluate(() => ({
      globals: ['require', 'process', 'module', 'Buffer'].filter((name) => name in globalThis),
      bridge: Object.keys((globalThis as unknown as { dmRemap: object }).dmRemap).sort(),
    }));
    expect(seen).toEqual({ globals: [], bridge: ['call', 'onEvent'] });
  } finally {
    await desktop.close();
  }
});
