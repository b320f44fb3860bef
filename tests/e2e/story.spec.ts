import { join } from 'node:path';

import { expect, type Locator, type Page } from '@playwright/test';

import { test } from './host.ts';

/** Where the pictures of the README come from; written only when asked, so that a test run leaves the tree clean. */
const pictures = process.env['UPDATE_PICTURES'] === undefined ? 'test-results/pictures' : 'docs/images';

async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(pictures, `${name}.png`), animations: 'disabled' });
}

/** A count of the lab's panel, such as `acknowledged`. */
async function count(panel: Locator, word: string): Promise<number> {
  const text = await panel.getByRole('group', { name: 'Workload' }).innerText();
  const found = new RegExp(`([\\d,]+)\\s+${word}`).exec(text)?.[1];
  return Number((found ?? 'none').replaceAll(',', ''));
}

async function openLab(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Try it in the Lab' }).click();
  await expect(page.getByText('No disk is protected yet')).toBeVisible({ timeout: 420_000 });
}

/** The wizard from its first to its last page; returns with the device's page open. */
async function protect(page: Page): Promise<void> {
  const proceed = page.getByRole('button', { name: 'Continue' });
  await page.getByRole('link', { name: 'Protect a disk' }).first().click();

  await expect(page.getByRole('heading', { name: 'Which disk is aging?' })).toBeVisible();
  await expect(page.getByRole('radio', { checked: true })).toHaveCount(0);
  await expect(proceed).toBeDisabled();
  await expect(page.getByRole('radio', { name: /vda/ })).toBeDisabled();
  await picture(page, 'wizard-1-main');
  await page.getByRole('radio', { name: /QEMU NVMe/ }).check({ force: true });
  await proceed.click();

  await expect(page.getByRole('radio', { checked: true })).toHaveCount(0);
  await expect(proceed).toBeDisabled();
  await picture(page, 'wizard-2-spare');
  await page.getByRole('radio', { name: /LAB SPARE/ }).check({ force: true });
  await proceed.click();

  await expect(page.getByText('Nothing has been changed yet.')).toBeVisible();
  await expect(proceed).toBeEnabled({ timeout: 60_000 });
  await picture(page, 'wizard-3-plan');
  await proceed.click();

  const typed = page.getByRole('textbox', { name: /Type the last four characters/ });
  const erase = page.getByRole('button', { name: /^Erase sd[a-z] and protect nvme0n1$/ });
  const label = (await page.getByText(/Type the last four characters/).innerText()).trim();
  await expect(erase).toBeDisabled();
  await typed.fill('0000');
  await expect(erase).toBeDisabled();
  await typed.fill(label.slice(-4));
  await picture(page, 'wizard-4-confirm');
  await erase.click();

  const open = page.getByRole('button', { name: /^Open / });
  await expect(open).toBeVisible({ timeout: 90_000 });
  await picture(page, 'wizard-6-done');
  await open.click();
}

test('a failing disk is protected, its bad blocks are moved, and a power cut loses nothing', async ({ page, host }) => {
  test.setTimeout(900_000);
  const crashes: string[] = [];
  page.on('pageerror', (error) => crashes.push(error.message));
  await page.goto(host.url);
  await expect(page.getByRole('heading', { name: 'Keep an aging disk safely in use' })).toBeVisible();
  await picture(page, 'start');

  await openLab(page);
  await expect(page.getByRole('row', { name: /LAB PHOTOS/ })).toContainText('ext4 file system “photos”');
  await picture(page, 'overview-empty');
  await protect(page);

  const verdict = page.getByRole('region', { name: 'Verdict' });
  const panel = page.getByRole('region', { name: 'Lab controls' });
  await expect(verdict).toContainText(/Protected/);

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
  expect(crashes).toEqual([]);
});
