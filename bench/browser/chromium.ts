import { chromium, type Browser } from '@playwright/test';

/** Starts Debian's Chromium without a window. */
export async function startChromium(more: readonly string[] = []): Promise<Browser> {
  // As root it refuses its own sandbox; these pages are ours.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [...args, '--disable-background-networking', ...more],
  });
}
