import { screen, waitFor, within } from '@testing-library/react';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { packHealth } from '../../app/bridge/health-pack.ts';
import { appError } from '../../app/errors.ts';
import { BridgeDouble } from '../../tests/doubles/bridge.ts';
import { restarted, SCENE_TARGET } from '../../tests/doubles/scene.ts';
import { renderApp } from '../testing/render.tsx';
import type { Route } from './router.ts';

vi.setConfig({ testTimeout: 60_000 });

let close: () => void = () => undefined;
afterEach(() => close());

function open(bridge: BridgeDouble, route: Route) {
  const app = renderApp(bridge, route);
  close = app.close;
  return app;
}

const device: Route = { at: 'device', connection: 'lab', name: SCENE_TARGET, tab: 'remaps' };
const overview: Route = { at: 'overview', connection: 'lab' };

describe('frame', () => {
  it('says that the link is lost and keeps what was shown', async () => {
    const bridge = new BridgeDouble();
    open(bridge, overview);
    await screen.findByRole('article', { name: SCENE_TARGET });
    bridge.setLink(false);
    expect(await screen.findByText(/The link to the program is lost/)).toBeTruthy();
    expect(screen.getByRole('article', { name: SCENE_TARGET })).toBeTruthy();
    bridge.setLink(true);
    await waitFor(() => expect(screen.queryByText(/The link to the program is lost/)).toBeNull());
  });

  it('hides serial numbers until the eye is opened', async () => {
    const { user } = open(new BridgeDouble(), overview);
    await screen.findByRole('article', { name: SCENE_TARGET });
    expect(screen.queryByText('LABFREE-0C55')).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Show serial numbers and file names' }));
    expect(screen.getByText('LABFREE-0C55')).toBeTruthy();
  });
});

describe('start', () => {
  it('opens the lab with one click and goes to its overview when it is open', async () => {
    const bridge = new BridgeDouble();
    bridge.changeConnection('lab', (lab) => {
      lab.phase = { state: 'closed' };
    });
    bridge.answer('connection.open', () => {
      bridge.changeConnection('lab', (lab) => {
        lab.phase = { state: 'opening', steps: [{ text: 'Loading the module', state: 'running' }] };
      });
      return {};
    });
    const { user } = open(bridge, { at: 'start' });
    await user.click(await screen.findByRole('button', { name: 'Try it in the Lab' }));
    expect(await screen.findByText('Loading the module')).toBeTruthy();
    bridge.changeConnection('lab', (lab) => {
      lab.phase = { state: 'open', helperVersion: '0.1.0' };
    });
    await waitFor(() => expect(window.location.hash).toBe('#/lab'));
  });

  it('shows why a connection could not be opened, what to do, and lets it be tried again', async () => {
    const bridge = new BridgeDouble();
    bridge.answer('connection.open', () => {
      throw appError('permission-refused', 'The password was not given.', 'Try again with an administrator password.');
    });
    const { user } = open(bridge, { at: 'start' });
    await user.click(await screen.findByRole('button', { name: 'Protect a disk' }));
    const alert = await screen.findByRole('alert');
    expect(within(alert).getByText('The password was not given.')).toBeTruthy();
    expect(within(alert).getByText('Try again with an administrator password.')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy();
    expect(window.location.hash).toBe('#/');
  });
});

describe('before the connection is open', () => {
  it('shows the disks of this computer without asking for a password, and says what needs one', async () => {
    const bridge = new BridgeDouble();
    open(bridge, { at: 'start' });
    const disks = await screen.findByRole('region', { name: 'Disks of this computer' });
    expect(within(disks).getByRole('listitem').textContent).toBe(
      'WDC WD20EZRXsda1.82 TiBHard disk, SATA · ext4 “photos” · mounted at /mnt/photos',
    );
    expect(within(disks).getByText(/Seen without a password/)).toBeTruthy();
    expect(bridge.calls.some(({ name }) => name === 'connection.open')).toBe(false);
  });

  it('goes on without that list where it cannot be had', async () => {
    const bridge = new BridgeDouble();
    bridge.answer('devices.preview', () => {
      throw appError('tool-failed', 'The disks cannot be listed.', 'Go on all the same.');
    });
    open(bridge, { at: 'start' });
    expect(await screen.findByText('The disks cannot be listed. Go on all the same.')).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Protect a disk' }).disabled).toBe(false);
  });

  it.each([
    [
      'lab',
      'Try it in the Lab',
      appError('lab-no-qemu', 'The program qemu-system-x86_64 is missing.', 'Install QEMU and try again.'),
    ],
    ['lab', 'Try it in the Lab', appError('lab-no-space', 'There is too little space left.', 'Free some space.')],
    [
      'local',
      'Protect a disk',
      appError('permission-refused', 'Permission was refused.', 'Try again.', 'exit code 126'),
    ],
    ['local', 'Protect a disk', appError('permission-unavailable', 'Nobody can be asked.', 'Run it as root.')],
  ] as const)('says why %s cannot be opened (%s), and stays usable', async (id, action, error) => {
    const bridge = new BridgeDouble();
    bridge.changeConnection('lab', (lab) => {
      lab.phase = { state: 'closed' };
    });
    bridge.answer('connection.open', () => {
      bridge.changeConnection(id, (connection) => {
        connection.phase = { state: 'failed', error: error.data };
      });
      throw error;
    });
    const { user } = open(bridge, { at: 'start' });
    await user.click(await screen.findByRole('button', { name: action }));
    const alert = await screen.findByRole('alert');
    expect(within(alert).getByText(error.data.sentence)).toBeTruthy();
    expect(within(alert).getByText(error.data.remedy)).toBeTruthy();
    const before = bridge.calls.length;
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(bridge.calls.slice(before)).toContainEqual({ name: 'connection.open', params: { connection: id } });
  });
});

describe('overview', () => {
  it('shows the verdict of each protected device and, for other disks, what can be done or why not', async () => {
    open(new BridgeDouble({ pending: 3, mapped: 5 }), overview);
    const card = await screen.findByRole('article', { name: SCENE_TARGET });
    expect(within(card).getByRole('link').textContent).toContain('3 blocks cannot be read.');
    expect(screen.getByRole('link', { name: 'Protect Deskstar 7K sdc…' }).getAttribute('href')).toBe(
      '#/lab/protect/8-32',
    );
    expect(screen.getByText('It is mounted at /mnt/photos.')).toBeTruthy();
  });

  it('says on each card how far the scan is, and how often the disk was read whole', async () => {
    const bridge = new BridgeDouble({ pending: 3, mapped: 5 });
    const scan = (scanState: 'running' | 'idle', scanPasses: number): void =>
      bridge.changeConnection('lab', ({ targets }) => {
        for (const target of targets) target.status = { ...target.status, scanState, scanPasses, scanBlock: 32_768 };
      });
    scan('running', 0);
    open(bridge, overview);
    const card = await screen.findByRole('article', { name: SCENE_TARGET });
    const fact = (): string => within(card).getByText('Scan').parentElement?.textContent ?? '';
    expect(fact()).toMatch(/^Scan[\d.]+ % done\./);
    scan('idle', 2);
    await waitFor(() => expect(fact()).toBe('Scan2 times whole disk read'));
  });

  it('starts the protection of an inactive spare again, after showing the plan', async () => {
    const bridge = new BridgeDouble();
    bridge.changeConnection('lab', restarted);
    const { user } = open(bridge, overview);
    const disks = await screen.findByRole('region', { name: 'Other disks' });
    await user.click(within(disks).getByRole('button', { name: 'Start protection again' }));
    const dialog = await screen.findByRole('dialog');
    expect(await within(dialog).findByText('What will be done')).toBeTruthy();
    expect(bridge.calls.some(({ name }) => name === 'apply')).toBe(false);
    await user.click(within(dialog).getByRole('button', { name: 'Start protection' }));
    await waitFor(() =>
      expect(bridge.calls.find(({ name }) => name === 'apply')?.params).toMatchObject({ confirmation: null }),
    );
    expect(bridge.calls.find(({ name }) => name === 'plan')?.params).toMatchObject({
      intent: { action: 'activate', main: { devno: '8:0' }, spare: { devno: '8:16' }, name: 'safe-sda' },
    });
  });
});

describe('device', () => {
  it('answers first and follows what happens', async () => {
    const bridge = new BridgeDouble({ pending: 2, mapped: 5 });
    open(bridge, device);
    expect(await screen.findByRole('heading', { name: /^2 blocks cannot be read\./ })).toBeTruthy();
    bridge.changeConnection('lab', (lab) => {
      const target = lab.targets[0];
      if (target !== undefined) target.status = { ...target.status, pending: 0, partial: 0 };
    });
    expect(await screen.findByRole('heading', { name: /^Protected\. 5 bad blocks were moved/ })).toBeTruthy();
  });

  it('offers to continue when moving is halted, and keeps the state when that fails', async () => {
    const bridge = new BridgeDouble();
    bridge.changeConnection('lab', (lab) => {
      const target = lab.targets[0];
      if (target !== undefined) target.status.mode = 'halted';
    });
    bridge.answer('target.continue', () => {
      throw appError('tool-failed', 'The target did not take the message.', 'Check the cable and try again.', 'EIO');
    });
    const { user } = open(bridge, device);
    await user.click(await screen.findByRole('button', { name: 'Continue moving bad blocks' }));
    expect(await screen.findByText('Check the cable and try again.')).toBeTruthy();
    expect(screen.getByRole('heading', { name: /Moving of bad blocks is halted/ })).toBeTruthy();
  });

  it('gives a block back to the main disk, or says why not', async () => {
    const bridge = new BridgeDouble({ mapped: 5, pending: 0 });
    const { user } = open(bridge, { ...device, tab: 'settings' });
    const block = bridge.rows.find(({ state }) => state === 'mapped')?.block ?? 0;
    await user.type(await screen.findByRole('textbox', { name: 'Block' }), String(block));
    await user.click(screen.getByRole('button', { name: 'Move back' }));
    expect((await screen.findByText(/is on the main disk again/)).textContent).toMatch(/^Block [\d,]+ is/);
    expect(bridge.calls.find(({ name }) => name === 'target.unmap')).toMatchObject({ params: { block } });
    bridge.answer('target.unmap', () => {
      throw appError('target-refused', 'The main disk still fails there.', 'Leave the block on the spare.', 'EIO');
    });
    await user.click(screen.getByRole('button', { name: 'Move back' }));
    expect(await screen.findByText('Leave the block on the spare.')).toBeTruthy();
    expect(screen.queryByText(/is on the main disk again/)).toBeNull();
  });

  it('walks the problems of the disk by keyboard and tells what is known of each', async () => {
    const bridge = new BridgeDouble({ mapped: 0, pending: 2 });
    const first = bridge.rows[0]?.block ?? 0;
    const { user } = open(bridge, device);
    (await screen.findByRole('application')).focus();
    bridge.answer('target.health', ({ firstBlock, blockCount, cells }) => {
      const per = blockCount / cells;
      const hit = bridge.rows.filter(({ block }) => block >= firstBlock && block < firstBlock + blockCount);
      const told = hit.map(({ block }) => ({
        cell: Math.floor((block - firstBlock) / per),
        scannedBlocks: 1,
        mapped: 0,
        pending: 1,
        soft: 0,
        slow: 0,
        averageLatencyUs: 0,
        worstLatencyUs: 0,
        risk: 0,
        confidence: 0,
      }));
      return { cells: packHealth(told) };
    });
    await user.keyboard('n');
    expect(await screen.findByText(`block ${first.toLocaleString('en-US')}`)).toBeTruthy();
    const details = screen.getByRole('complementary', { name: 'Details' });
    expect(await within(details).findByText('First failed')).toBeTruthy();
    await user.keyboard('nn');
    expect(await screen.findByText('There is no further problem.')).toBeTruthy();
  });

  it('sorts and filters the remap table at the broker and goes from a row to its block', async () => {
    const bridge = new BridgeDouble({ mapped: 300, pending: 20 });
    const { user } = open(bridge, device);
    const grid = await screen.findByRole('grid', { name: 'Remap table' });
    expect(await screen.findByText('320 rows')).toBeTruthy();
    await user.click(screen.getByRole('radio', { name: 'Cannot be read' }));
    expect(await screen.findByText('20 of 320 rows match')).toBeTruthy();
    await user.click(within(grid).getByRole('button', { name: 'When' }));
    await user.click(within(grid).getByRole('button', { name: 'When' }));
    await waitFor(() =>
      expect(bridge.calls.findLast(({ name }) => name === 'target.remaps')?.params).toMatchObject({
        sort: 'seconds',
        descending: true,
        filter: { states: ['pending'] },
      }),
    );
    const show = await within(grid).findAllByRole('button', { name: /^Show block/ });
    const block = /[\d,]+/.exec(show[0]?.getAttribute('aria-label') ?? '')?.[0] ?? '';
    await user.click(show[0] ?? grid);
    expect(await screen.findByText(`block ${block}`)).toBeTruthy();
  });

  it('stops the protection only through a plan', async () => {
    const bridge = new BridgeDouble();
    const { user } = open(bridge, { ...device, tab: 'settings' });
    await user.click(await screen.findByRole('button', { name: 'Stop for now…' }));
    const dialog = await screen.findByRole('dialog');
    const stop = within(dialog).getByRole('button', { name: 'Stop protection' });
    await waitFor(() => expect(stop.hasAttribute('disabled')).toBe(false));
    bridge.answer('apply', () => {
      throw appError('device-changed', 'The disk changed since the plan was made.', 'Plan it again.');
    });
    await user.click(stop);
    expect(await within(dialog).findByText('The disk changed since the plan was made.')).toBeTruthy();
    expect(within(dialog).getByRole('button', { name: 'Plan it again' })).toBeTruthy();
    expect(window.location.hash).toBe(`#/lab/device/${SCENE_TARGET}/settings`);
  });

  it('lists events as sentences with their codes', async () => {
    const bridge = new BridgeDouble();
    open(bridge, { ...device, tab: 'events' });
    const events = await screen.findByRole('table', { name: 'Events' });
    const newest = bridge.snapshot.connections[1]?.targets[0]?.events.at(-1);
    const row = within(events).getAllByRole('row')[1];
    expect(row?.textContent).toContain(`${newest?.number ?? ''} ${newest?.type ?? ''}`);
  });

  it('says that the helper was lost once, keeps what was last heard, and opens the connection again', async () => {
    const bridge = new BridgeDouble({ mapped: 5, pending: 0 });
    const { user } = open(bridge, device);
    await screen.findByRole('heading', { name: /^Protected/ });
    const died = appError('helper-died', 'The helper stopped. The disks go on working.', 'Try again.');
    bridge.changeConnection('lab', (lab) => {
      lab.phase = { state: 'failed', error: died.data };
    });
    const alert = await screen.findByRole('alert');
    expect(within(alert).getByText('The helper stopped. The disks go on working.')).toBeTruthy();
    expect(screen.getByRole('heading', { name: /This is what was last heard\./ })).toBeTruthy();
    expect(screen.getByText('5 blocks had been moved to the spare.')).toBeTruthy();
    await user.click(within(alert).getByRole('button', { name: 'Try again' }));
    expect(bridge.calls).toContainEqual({ name: 'connection.open', params: { connection: 'lab' } });
  });

  it('says that what it shows is old while the helper answers with errors', async () => {
    const bridge = new BridgeDouble({ mapped: 5, pending: 0 });
    open(bridge, device);
    await screen.findByRole('heading', { name: /^Protected/ });
    const trouble = appError('tool-failed', 'The program dmsetup failed.', 'Read the details.').data;
    bridge.changeConnection('lab', (lab) => {
      lab.phase = { state: 'open', helperVersion: '0.1.0', trouble };
    });
    const alert = await screen.findByRole('alert');
    expect(within(alert).getByText(/^What is shown is from before: .* The program dmsetup failed\.$/)).toBeTruthy();
    expect(screen.getByRole('heading', { name: /This is what was last heard\./ })).toBeTruthy();
    bridge.changeConnection('lab', (lab) => {
      lab.phase = { state: 'open', helperVersion: '0.1.0' };
    });
    await screen.findByRole('heading', { name: /^Protected/ });
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('offers to start protection again where its device is gone and its spare is there', async () => {
    const bridge = new BridgeDouble();
    bridge.changeConnection('lab', (lab) => {
      lab.targets = [];
      for (const disk of lab.devices) if (disk.spareOf !== null) disk.spareOf.live = false;
    });
    open(bridge, device);
    expect(await screen.findByText(/protection has to be started again/)).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Start protection again' })).toBeTruthy();
  });

  it('says so when the device is gone', async () => {
    open(new BridgeDouble(), { ...device, name: 'not-there' });
    expect(await screen.findByText('not-there is not a protected device at this moment')).toBeTruthy();
  });
});

describe('lab', () => {
  it('cuts the power and tells that the machine is off', async () => {
    const bridge = new BridgeDouble();
    const { user } = open(bridge, device);
    const lab = await screen.findByRole('region', { name: 'Lab controls' });
    await user.click(within(lab).getByRole('button', { name: 'Cut power' }));
    expect(await within(lab).findByRole('button', { name: 'Power on' })).toBeTruthy();
    expect(screen.getByRole('heading', { name: /This is what was last heard/ })).toBeTruthy();
  });

  it('adds a pattern as it was chosen and shows how much fails', async () => {
    const bridge = new BridgeDouble();
    const { user } = open(bridge, device);
    const lab = await screen.findByRole('region', { name: 'Lab controls' });
    await user.selectOptions(within(lab).getByRole('combobox', { name: 'What fails' }), 'reads');
    await user.click(within(lab).getByRole('checkbox', { name: 'Heals when written' }));
    await user.click(within(lab).getByRole('button', { name: 'Scattered' }));
    expect(bridge.calls.findLast(({ name }) => name === 'lab.act')?.params).toMatchObject({
      act: { action: 'add-pattern', disk: 'main', pattern: 'scattered', fails: 'reads', healOnWrite: true },
    });
    expect(await within(lab).findByText(/320 failing sectors/)).toBeTruthy();
  });

  it('says what each disk of the lab is there for', async () => {
    const bridge = new BridgeDouble();
    bridge.changeConnection('lab', (lab) => {
      for (const disk of lab.lab?.disks ?? []) if (disk.name === 'third') disk.name = 'bystander';
    });
    open(bridge, overview);
    const row = await screen.findByRole('row', { name: /Deskstar 7K/ });
    expect(within(row).getByText('Third disk')).toBeTruthy();
    const rail = screen.getByRole('navigation', { name: 'Connections and disks' });
    expect(within(rail).getByRole('link', { name: /sdc, Third disk/ })).toBeTruthy();
    const lab = screen.getByRole('region', { name: 'Lab controls' });
    expect(within(lab).getByRole('button', { name: 'Pull the cable: Aging disk' })).toBeTruthy();
  });

  it('is not there for a real computer', async () => {
    const bridge = new BridgeDouble();
    bridge.changeConnection('local', (local) => {
      local.phase = { state: 'open', helperVersion: '0.1.0' };
    });
    bridge.changeConnection('local', (local) => {
      local.devices = bridge.snapshot.connections[1]?.devices ?? [];
    });
    open(bridge, { at: 'overview', connection: 'local' });
    await screen.findByText('No disk is protected yet');
    expect(within(screen.getByRole('main')).queryByText('System disk')).toBeNull();
    expect(screen.queryByRole('region', { name: 'Lab controls' })).toBeNull();
  });
});

describe('accessibility', () => {
  it.each<[string, Route]>([
    ['start', { at: 'start' }],
    ['overview', overview],
    ['remap table', device],
    ['events', { ...device, tab: 'events' }],
    ['SMART', { ...device, tab: 'smart' }],
    ['a drive', { at: 'disk', connection: 'lab', devno: '8:32' }],
    ['a smartctl file', { at: 'smart-file', connection: 'lab' }],
    ['settings', { ...device, tab: 'settings' }],
    ['wizard', { at: 'protect', connection: 'lab', main: null }],
  ])('axe finds nothing on %s', async (_name, route) => {
    const { container } = open(new BridgeDouble({ mapped: 30, pending: 3 }), route);
    await screen.findByRole('main');
    await waitFor(() => expect(container.querySelector('h2, h3')).not.toBeNull());
    // There is no layout here; contrast has a test of its own, on the tokens.
    const { violations } = await axe.run(container, { rules: { 'color-contrast': { enabled: false } } });
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
  });
});
