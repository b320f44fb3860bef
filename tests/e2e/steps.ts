import { join } from 'node:path';

import { expect, type Locator, type Page } from '@playwright/test';

/** Where the pictures of the README come from; written only when asked, so that a test run leaves the tree clean. */
const pictures = process.env['UPDATE_PICTURES'] === undefined ? 'test-results/pictures' : 'docs/images';

export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(pictures, `${name}.png`), animations: 'disabled' });
}

/** A count of the lab's panel, such as `acknowledged`. */
export async function count(panel: Locator, word: string): Promise<number> {
  const text = await panel.getByRole('group', { name: 'Workload' }).innerText();
  const found = new RegExp(`([\\d,]+)\\s+${word}`).exec(text)?.[1];
  return Number((found ?? 'none').replaceAll(',', ''));
}

export async function openLab(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Try it in the Lab' }).click();
  await expect(page.getByText('No disk is protected yet')).toBeVisible({ timeout: 420_000 });
}

/** The wizard's first three pages, to the plan. */
export async function choosePair(page: Page): Promise<void> {
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
}

/** From the plan to the button that erases: what has to be typed is typed. */
export async function confirm(page: Page): Promise<Locator> {
  const proceed = page.getByRole('button', { name: 'Continue' });
  await expect(page.getByText('Nothing has been changed yet.')).toBeVisible();
  await expect(proceed).toBeEnabled({ timeout: 60_000 });
  await picture(page, 'wizard-3-plan');
  await proceed.click();

  const typed = page.getByRole('textbox', { name: /Type the last four characters/ });
  const erase = page.getByRole('button', { name: /^Erase sd[a-z] and protect nvme0n1$/ });
  // What has to be typed is hidden with the serial numbers.
  await page.getByRole('button', { name: 'Show serial numbers', exact: true }).click();
  const label = (await page.getByText(/Type the last four characters/).innerText()).trim();
  await expect(erase).toBeDisabled();
  await typed.fill('0000');
  await expect(erase).toBeDisabled();
  await typed.fill(label.slice(-4));
  await page.getByRole('button', { name: 'Hide serial numbers and file names' }).click();
  await picture(page, 'wizard-4-confirm');
  return erase;
}

/** What is pointed at is outlined on the sheet above the map, and nothing stays there when the pointer leaves. */
export async function pointAtMap(page: Page): Promise<void> {
  const isMarked = (): Promise<unknown> =>
    page.evaluate(`{
      const { width, height } = document.querySelector('.heat-above');
      const { data } = document.querySelector('.heat-above').getContext('2d').getImageData(0, 0, width, height);
      data.some((value) => value !== 0);
    }`);
  expect(await isMarked()).toBe(false);
  await page.getByRole('application').hover();
  await expect.poll(isMarked).toBe(true);
  await page.mouse.move(0, 0);
  await expect.poll(isMarked).toBe(false);
}

/** Waits for the wizard's last page and opens the device from it. */
export async function openDevice(page: Page): Promise<void> {
  const open = page.getByRole('button', { name: /^Open / });
  await expect(open).toBeVisible({ timeout: 90_000 });
  await picture(page, 'wizard-6-done');
  await open.click();
}
