import { expect } from '@playwright/test';

import { test } from './lab-machine.ts';
import { choosePair, confirm, count, openDevice, openLab } from './steps.ts';

test('a helper that dies loses nothing, in the middle of a change and beside a running workload', async ({
  page,
  machine,
}) => {
  test.setTimeout(900_000);
  await page.goto(machine.url);
  await openLab(page);

  // The helper is killed while it erases the spare: its write hangs until it has been told to die.
  await choosePair(page);
  const erase = await confirm(page);
  const writesBefore = await machine.order({ do: 'count-writes', disk: 'main' });
  await machine.order({ do: 'hang-writes', disk: 'spare' });
  await erase.click();
  await machine.order({ do: 'until-hung' });
  await machine.order({ do: 'kill-helper' });
  await machine.order({ do: 'release' });

  await expect(page.getByRole('heading', { name: 'It is not known how far it came' })).toBeVisible();
  await expect(page.getByRole('alert')).toContainText('The helper in the lab machine stopped.');
  await expect(page.getByRole('list', { name: 'Progress' })).toContainText('not known whether it was finished');
  expect(await machine.order({ do: 'count-writes', disk: 'main' })).toBe(writesBefore);

  // Trying again looks first, makes a new plan, and that one is carried through.
  await page.getByRole('button', { name: 'Try again' }).click();
  await (await confirm(page)).click();
  await openDevice(page);
  const verdict = page.getByRole('region', { name: 'Verdict' });
  const panel = page.getByRole('region', { name: 'Lab controls' });
  await expect(verdict).toContainText(/^Protected\./);

  // The helper dies while blocks are moved: the kernel goes on without it.
  await panel.getByRole('button', { name: 'Scattered' }).click();
  await panel.getByRole('button', { name: 'Start writing' }).click();
  await expect(verdict).toContainText(/[1-9][\d,]* bad blocks? (was|were) moved/, { timeout: 180_000 });
  await machine.order({ do: 'kill-helper' });
  await expect(page.getByRole('alert')).toContainText('Its protected disks go on working.');
  await expect(verdict).toContainText('This is what was last heard.');
  const acknowledged = await count(panel, 'acknowledged');
  await expect.poll(() => count(panel, 'acknowledged'), { timeout: 120_000 }).toBeGreaterThan(acknowledged);

  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(verdict).toContainText(/^Protected\. [1-9][\d,]* bad blocks? (was|were) moved/, { timeout: 120_000 });
  await expect(page.getByRole('alert')).toHaveCount(0);
  await panel.getByRole('button', { name: 'Stop' }).click();
  await panel.getByRole('button', { name: 'Read back' }).click();
  await expect.poll(() => count(panel, 'read back right'), { timeout: 180_000 }).toBeGreaterThan(0);
  await expect(panel.getByRole('group', { name: 'Workload' })).not.toContainText('reading back', { timeout: 180_000 });
  expect(await count(panel, 'wrong')).toBe(0);
  expect(await count(panel, 'unreadable')).toBe(0);
});
