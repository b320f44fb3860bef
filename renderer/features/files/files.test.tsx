import { screen, waitFor, within } from '@testing-library/react';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';

import type { FilesAnswer } from '../../../app/domain/files.ts';
import { appError } from '../../../app/errors.ts';
import { BridgeDouble } from '../../../tests/doubles/bridge.ts';
import { SCENE_TARGET } from '../../../tests/doubles/scene.ts';
import { renderApp } from '../../testing/render.tsx';
import { rangesOf } from './ranges.ts';

vi.setConfig({ testTimeout: 60_000 });

let close: () => void = () => undefined;
afterEach(() => close());

async function open(pending = 4) {
  const bridge = new BridgeDouble({ mapped: 30, pending });
  const app = renderApp(bridge, { at: 'device', connection: 'lab', name: SCENE_TARGET, tab: 'remaps' });
  close = app.close;
  await screen.findByRole('grid', { name: 'Remap table' });
  const asked = (): unknown[] => bridge.calls.flatMap(({ name, params }) => (name === 'target.files' ? [params] : []));
  const blocks = bridge.rows.flatMap(({ block, state }) => (state === 'pending' ? [block] : []));
  return { ...app, bridge, asked, blocks };
}

const damaged = () => screen.findByRole('region', { name: 'Damaged files' });

describe('which files are damaged', () => {
  it('is asked for only on a click, and tells files with their names hidden until the eye is open', async () => {
    const { user, asked, blocks } = await open();
    const part = await damaged();
    expect(part.textContent).toContain('Reads the file system’s tables from the disk');
    expect(asked()).toEqual([]);
    await user.click(within(part).getByRole('button', { name: 'Which files are damaged?' }));
    const list = await within(part).findByRole('list', { name: 'What lies there' });
    expect(asked()).toEqual([{ connection: 'lab', name: SCENE_TARGET, ranges: rangesOf(blocks) }]);
    expect(part.textContent).toContain('2 files and 1 folder, on 4 blocks that cannot be read.');
    expect(within(list).getAllByRole('listitem')).toHaveLength(4);
    expect(document.body.textContent).not.toContain('harbour');
    expect(list.textContent).toContain('••••');

    await user.click(within(part).getByRole('button', { name: 'Show names and serial numbers' }));
    expect(list.textContent).toContain('/mnt/photos/photos/2019/harbour.jpg');
    // What would turn the reading direction is an escape, and the page is never given the character itself.
    expect(list.textContent).toContain(String.raw`/letters/tax\u{202e}fdp.exe`);
    expect(document.body.innerHTML).not.toContain('\u202E');
    expect(part.textContent).toContain('what it changed last may not be seen');
    expect((await axe.run(part, { rules: { 'color-contrast': { enabled: false } } })).violations).toEqual([]);
  });

  it('is not offered where every block can be read', async () => {
    await open(0);
    expect(screen.queryByRole('region', { name: 'Damaged files' })).toBeNull();
  });

  it('forgets the answer when another device takes the name', async () => {
    const { user, bridge } = await open();
    const part = await damaged();
    await user.click(within(part).getByRole('button', { name: 'Which files are damaged?' }));
    await within(part).findByRole('list', { name: 'What lies there' });
    bridge.changeConnection('lab', ({ targets }) => {
      for (const { device } of targets) device.uuid = '99999999-8888-4777-8666-555555555555';
    });
    await waitFor(() => expect(within(part).queryByRole('list', { name: 'What lies there' })).toBeNull());
    expect(within(part).getByRole('button', { name: 'Which files are damaged?' })).toBeTruthy();
  });

  it('can be copied as text, with names only where they are shown', async () => {
    const { user } = await open();
    const part = await damaged();
    await user.click(within(part).getByRole('button', { name: 'Which files are damaged?' }));
    await user.click(await within(part).findByRole('button', { name: 'Copy as text' }));
    expect(await navigator.clipboard.readText()).toMatch(/^File\t••••\tinode 131\tBlock [\d,]+\n/);
    await user.click(within(part).getByRole('button', { name: 'Show names and serial numbers' }));
    await user.click(within(part).getByRole('button', { name: 'Copy as text' }));
    const text = await navigator.clipboard.readText();
    expect(text).toContain('File\t/mnt/photos/photos/2019/harbour.jpg\tinode 131\tBlock ');
    expect(text).not.toContain('\u202E');
    expect(text.trimEnd().split('\n')).toHaveLength(4);
  });

  it('shows markup in a name as the text that it is', async () => {
    const { user, bridge } = await open(1);
    const name = '/<img src=x onerror=alert(1)>';
    bridge.answer('target.files', ({ ranges }): FilesAnswer => ({
      owners: ranges.map((range) => ({
        ...range,
        kind: 'file',
        inode: 9,
        paths: [name],
        morePaths: true,
        what: null,
        place: null,
      })),
      places: [],
    }));
    const part = await damaged();
    await user.click(within(part).getByRole('button', { name: 'Which files are damaged?' }));
    await user.click(await within(part).findByRole('button', { name: 'Show names and serial numbers' }));
    expect(within(part).getByText(name)).toBeTruthy();
    expect(part.textContent).toContain('and other names · inode 9');
    expect(part.querySelector('img')).toBeNull();
  });

  it('waits, can be stopped, and tells why it cannot be answered', async () => {
    const { user, bridge } = await open(1);
    let refuse: (error: Error) => void = () => undefined;
    bridge.answer('target.files', () => new Promise((_resolve, reject) => (refuse = reject)));
    const part = await damaged();
    const button = () => within(part).findByRole('button', { name: 'Which files are damaged?' });
    await user.click(await button());
    expect(await within(part).findByText('Reading the file system’s tables…')).toBeTruthy();
    expect(within(part).queryByRole('button', { name: 'Which files are damaged?' })).toBeNull();
    await user.click(within(part).getByRole('button', { name: 'Stop' }));
    expect(bridge.calls).toContainEqual({ name: 'target.filesStop', params: { connection: 'lab' } });
    refuse(appError('cancelled', 'It was stopped.', 'Ask again.'));
    await user.click(await button());
    expect(within(part).queryByText('It was stopped.')).toBeNull();
    refuse(appError('tool-missing', 'The program debugfs is not installed.', 'Install e2fsprogs.'));
    expect(await within(part).findByText('Install e2fsprogs.')).toBeTruthy();
  });
});

describe('which files lie on other blocks', () => {
  it('is asked for the selected rows of the table', async () => {
    const { user, bridge, asked } = await open(2);
    const [, row] = await screen.findAllByRole('row');
    if (row === undefined) throw new Error('the table has no rows');
    await user.click(row);
    const part = await screen.findByRole('region', { name: 'Files of the selected rows' });
    await user.click(within(part).getByRole('button', { name: 'Which file is on the selected block?' }));
    await within(part).findByRole('list', { name: 'What lies there' });
    const [first] = bridge.rows;
    expect(asked()).toMatchObject([{ ranges: [{ firstBlock: first?.block, blockCount: 1 }] }]);
    expect(part.textContent).toContain('on 1 selected block.');
  });

  it('is asked in the details of a block, where it stays while other details are looked at', async () => {
    const { user, bridge, asked } = await open(2);
    const show = async (n: number): Promise<void> => {
      const block = bridge.rows[n]?.block ?? 0;
      await user.click(
        await screen.findByRole('button', { name: `Show block ${block.toLocaleString('en-US')} in the heatmap` }),
      );
    };
    await show(0);
    await user.click(await screen.findByRole('button', { name: 'Which file?' }));
    expect(asked()).toMatchObject([{ ranges: [{ firstBlock: bridge.rows[0]?.block, blockCount: 1 }] }]);
    expect(await screen.findByRole('list', { name: 'What lies there' })).toBeTruthy();
    await show(1);
    expect(screen.queryByRole('list', { name: 'What lies there' })).toBeNull();
    await show(0);
    expect(await screen.findByRole('list', { name: 'What lies there' })).toBeTruthy();
    expect(asked()).toHaveLength(1);
  });
});

it('blocks are asked about as ranges, so many as one question may hold', () => {
  expect(rangesOf([1, 2, 3, 9])).toEqual([
    { firstBlock: 1, blockCount: 3 },
    { firstBlock: 9, blockCount: 1 },
  ]);
  expect(rangesOf(Array.from({ length: 300 }, (_, n) => 2 * n))).toHaveLength(256);
  expect(rangesOf(Array.from({ length: 2000 }, (_, n) => n))).toEqual([{ firstBlock: 0, blockCount: 1024 }]);
});
