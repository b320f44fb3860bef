import { expect } from '@playwright/test';

import { test } from './host.ts';
import { choosePair, confirm, count, openDevice, openLab, picture, pointAtMap } from './steps.ts';

test('a failing disk is protected, its bad blocks are moved, and a power cut loses nothing', async ({ page, host }) => {
  test.setTimeout(900_000);
  await page.goto(host.url);
  await expect(page.getByRole('heading', { name: 'Keep an aging disk safely in use' })).toBeVisible();
  await picture(page, 'start');

  await openLab(page);
  await expect(page.getByRole('row', { name: /LAB PHOTOS/ })).toContainText('ext4 file system “photos”');
  await picture(page, 'overview-empty');
  await choosePair(page);
  await (await confirm(page)).click();
  await openDevice(page);

  const verdict = page.getByRole('region', { name: 'Verdict' });
  const panel = page.getByRole('region', { name: 'Lab controls' });
  await expect(verdict).toContainText(/Protected/);
  await pointAtMap(page);

  // A disk with scattered bad sectors, written to: blocks are moved while the page looks on.
  await panel.getByLabel('Disk, with failing sectors').selectOption('main');
  await panel.getByRole('button', { name: 'Scattered' }).click();
  await panel.getByRole('button', { name: 'Start writing' }).click();
  await expect(verdict).toContainText(/[1-9][\d,]* bad blocks? (was|were) moved/, { timeout: 180_000 });
  await expect.poll(() => count(panel, 'acknowledged'), { timeout: 120_000 }).toBeGreaterThan(100);
  await picture(page, 'device');
  await panel.getByRole('button', { name: 'Stop' }).click();
  await panel.getByRole('button', { name: 'Read back' }).click();
  await expect.poll(() => count(panel, 'read back right'), { timeout: 180_000 }).toBeGreaterThan(20);
  await expect(panel.getByRole('group', { name: 'Workload' })).not.toContainText('reading back', { timeout: 180_000 });
  expect(await count(panel, 'wrong')).toBe(0);
  expect(await count(panel, 'unreadable')).toBe(0);

  await page.emulateMedia({ colorScheme: 'dark' });
  await picture(page, 'device-dark');
  await page.setViewportSize({ width: 800, height: 600 });
  const head = panel.getByRole('button', { name: /failing sectors/ });
  if ((await head.getAttribute('aria-expanded')) === 'false') await head.click();
  // In the smallest window the map and what breaks it are seen together, and nothing is wider than the page.
  await expect(panel.getByRole('button', { name: 'Scattered' })).toBeInViewport({ ratio: 1 });
  await expect(page.getByRole('application')).toBeInViewport({ ratio: 0.5 });
  for (const element of ['document.documentElement', "document.getElementById('main')"]) {
    const wider = `${element}.scrollWidth - ${element}.clientWidth`;
    await expect.poll(() => page.evaluate(wider), { message: element }).toBe(0);
  }
  await picture(page, 'device-small');
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: 'light' });

  // The power goes; the pair is started again; every block that was acknowledged is there.
  await panel.getByRole('button', { name: 'Cut power', exact: true }).click();
  await panel.getByRole('button', { name: 'Power on', exact: true }).click({ timeout: 60_000 });
  await page.getByRole('link', { name: /Lab/ }).first().click();
  await page.getByRole('button', { name: 'Start protection again' }).first().click({ timeout: 180_000 });
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Start protection' }).click({ timeout: 60_000 });
  await expect(dialog).toBeHidden({ timeout: 90_000 });
  await picture(page, 'overview');

  const before = await count(panel, 'read back right');
  await panel.getByRole('button', { name: 'Read back' }).click();
  await expect.poll(() => count(panel, 'read back right'), { timeout: 180_000 }).not.toBe(before);
  await expect(panel.getByRole('group', { name: 'Workload' })).not.toContainText('reading back', { timeout: 180_000 });
  expect(await count(panel, 'wrong')).toBe(0);
  expect(await count(panel, 'unreadable')).toBe(0);
  expect(await count(panel, 'read back right')).toBeGreaterThan(20);
});
