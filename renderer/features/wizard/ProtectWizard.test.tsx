import { screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { appError } from '../../../app/errors.ts';
import { BridgeDouble } from '../../../tests/doubles/bridge.ts';
import { renderApp } from '../../testing/render.tsx';

vi.setConfig({ testTimeout: 60_000 });

let close: () => void = () => undefined;
afterEach(() => close());

/** A lab in which the aging disk (sda) and the spare (sdb) are free, sdd is mounted and vda is the system disk. */
function open(blank = true) {
  const bridge = new BridgeDouble();
  bridge.changeConnection('lab', (lab) => {
    lab.targets = [];
    for (const disk of lab.devices) {
      if (disk.name !== 'sda' && disk.name !== 'sdb') continue;
      Object.assign(disk, { users: [], asMain: [], asSpare: [], spareOf: null });
      if (blank) disk.content = null;
    }
  });
  const app = renderApp(bridge, { at: 'protect', connection: 'lab', main: '8:0' });
  close = app.close;
  return { bridge, user: app.user };
}

const radio = (name: string) => screen.findByRole<HTMLInputElement>('radio', { name });
const button = (name: string) => screen.getByRole<HTMLButtonElement>('button', { name });

async function choosePair({ user }: ReturnType<typeof open>) {
  await user.click(await radio('Barracuda ST4000 sda'));
  await user.click(button('Continue'));
  await user.click(await radio('Ultra Fit sdb'));
}

async function toConfirm(app: ReturnType<typeof open>) {
  await choosePair(app);
  await app.user.click(button('Continue'));
  await screen.findByText('What will be done');
  await app.user.click(button('Continue'));
  return screen.findByRole<HTMLInputElement>('textbox', { name: /Type the last four characters/ });
}

/** Another stick gets the number that sdb had. */
function plugIn({ bridge }: ReturnType<typeof open>, identity: { serial?: string; wwn?: string }) {
  bridge.changeConnection('lab', ({ devices }) => {
    for (const disk of devices) if (disk.name === 'sdb') Object.assign(disk, identity);
  });
}

const intent = {
  action: 'create',
  main: { devno: '8:0' },
  spare: { devno: '8:16' },
  name: 'safe-sda',
  blockSectors: 8,
  eraseSpare: false,
} as const;

describe('ProtectWizard', () => {
  it('chooses nothing beforehand, not even the disk it was opened from', async () => {
    open();
    expect((await radio('Barracuda ST4000 sda')).checked).toBe(false);
    expect(screen.getAllByRole<HTMLInputElement>('radio').some(({ checked }) => checked)).toBe(false);
    expect(button('Continue').disabled).toBe(true);
  });

  it('shows disks that cannot be chosen with the reason, and does not let them be chosen', async () => {
    const { user } = open();
    const mounted = await radio('WD Blue sdd');
    expect(mounted.disabled).toBe(true);
    expect(screen.getByText('It is mounted at /mnt/photos.')).toBeTruthy();
    await user.click(mounted);
    expect(button('Continue').disabled).toBe(true);
  });

  it('never lets the main disk be its own spare, and preselects no spare', async () => {
    const { user } = open();
    await user.click(await radio('Barracuda ST4000 sda'));
    await user.click(button('Continue'));
    expect((await radio('Barracuda ST4000 sda')).disabled).toBe(true);
    expect(screen.getAllByRole<HTMLInputElement>('radio').some(({ checked }) => checked)).toBe(false);
    expect(button('Continue').disabled).toBe(true);
  });

  it('wants consent before a spare with something on it goes into a plan', async () => {
    const app = open(false);
    await choosePair(app);
    expect(button('Continue').disabled).toBe(true);
    await app.user.click(screen.getByRole('checkbox', { name: 'Erase everything on sdb' }));
    await app.user.click(button('Continue'));
    await waitFor(() =>
      expect(app.bridge.calls.find(({ name }) => name === 'plan')?.params).toMatchObject({
        intent: { action: 'create', eraseSpare: true, name: 'safe-sda', blockSectors: 8 },
      }),
    );
  });

  it('applies only after the right four characters were typed, and shows how to use the device', async () => {
    const app = open();
    const input = await toConfirm(app);
    const apply = button('Erase sdb and protect sda');
    expect(apply.disabled).toBe(true);
    await app.user.type(input, '4F2');
    expect(apply.disabled).toBe(true);
    await app.user.type(input, 'a');
    expect(apply.disabled).toBe(true);
    expect(screen.getByText(/capitals count/)).toBeTruthy();
    await app.user.type(input, '{Enter}');
    expect(app.bridge.calls.some(({ name }) => name === 'apply')).toBe(false);
    await app.user.clear(input);
    await app.user.type(input, '4F2A');
    expect(apply.disabled).toBe(false);
    await app.user.click(apply);
    expect(await screen.findByText(/Nothing was recognised on the disk/)).toBeTruthy();
    expect(screen.getAllByText('/dev/mapper/safe-sda').length).toBeGreaterThan(0);
    expect(app.bridge.calls.find(({ name }) => name === 'apply')?.params).toMatchObject({ confirmation: '4F2A' });
  });

  it('stops at a plan that cannot be applied and says why', async () => {
    const app = open();
    const plan = app.bridge.call('plan', {
      connection: 'lab',
      intent: {
        action: 'create',
        main: { devno: '8:0' },
        spare: { devno: '8:16' },
        name: 'x',
        blockSectors: 8,
        eraseSpare: false,
      },
    });
    const reasons = [{ code: 'too-small', level: 'block', sentence: 'The spare is too small.' } as const];
    const refused = { ...(await plan), applicable: false, reasons };
    app.bridge.answer('plan', () => refused);
    await choosePair(app);
    await app.user.click(button('Continue'));
    expect(await screen.findByText('The spare is too small.')).toBeTruthy();
    expect(button('Continue').disabled).toBe(true);
  });

  it('shows steps as they go, and after a failure what to do, with nothing protected', async () => {
    const app = open();
    const input = await toConfirm(app);
    let fail: (error: Error) => void = () => undefined;
    app.bridge.answer('apply', () => new Promise((_resolve, reject) => (fail = reject)));
    await app.user.type(input, '4F2A');
    await app.user.click(button('Erase sdb and protect sda'));
    const steps = await screen.findByRole('list', { name: 'Progress' });
    const [wipe, create] = within(steps).getAllByRole('listitem');
    expect(wipe?.textContent).toContain('not yet');
    const token = '0123456789abcdef0123456789abcdef';
    app.bridge.changeConnection('lab', (lab) => {
      lab.applying = [
        { token, step: 'wipe', state: 'running' },
        { token, step: 'wipe', state: 'done' },
        { token, step: 'create', state: 'running' },
      ];
    });
    await waitFor(() => expect(wipe?.textContent).toContain('done'));
    expect(create?.textContent).toContain('running');
    fail(appError('device-changed', 'The spare is not what it was.', 'Connect it again and plan anew.'));
    expect(await screen.findByText('Connect it again and plan anew.')).toBeTruthy();
    expect(screen.getByRole('heading', { name: 'It was not done' })).toBeTruthy();
    expect(button('Plan it again').disabled).toBe(false);
  });

  it('says that it is not known how far it came when the helper dies, and looks before it plans again', async () => {
    const app = open();
    const input = await toConfirm(app);
    const died = appError('helper-died', 'The helper stopped.', 'Try again.');
    app.bridge.answer('apply', async () => {
      const token = '0123456789abcdef0123456789abcdef';
      app.bridge.changeConnection('lab', (lab) => {
        lab.applying = [{ token, step: 'wipe', state: 'running' }];
      });
      await screen.findByText(', running');
      app.bridge.changeConnection('lab', (lab) => {
        lab.phase = { state: 'failed', error: died.data };
        lab.applying = null;
      });
      throw died;
    });
    await app.user.type(input, '4F2A');
    await app.user.click(button('Erase sdb and protect sda'));
    expect(await screen.findByRole('heading', { name: 'It is not known how far it came' })).toBeTruthy();
    const steps = within(screen.getByRole('list', { name: 'Progress' })).getAllByRole('listitem');
    expect(steps[0]?.textContent).toContain('not known whether it was finished');
    expect(screen.getByText('The helper stopped.')).toBeTruthy();

    app.bridge.answer('connection.open', () => {
      app.bridge.changeConnection('lab', (lab) => {
        lab.phase = { state: 'open', helperVersion: '0.1.0' };
      });
      return {};
    });
    await app.user.click(button('Try again'));
    expect(await screen.findByText('Nothing has been changed yet.')).toBeTruthy();
    const order = app.bridge.calls.map(({ name }) => name).filter((name) => /open|plan|apply/.test(name));
    expect(order).toEqual(['plan', 'apply', 'connection.open', 'plan']);
  });

  it('lets a spare whose contents no list tells be erased after consent', async () => {
    const app = open();
    const plan = await app.bridge.call('plan', { connection: 'lab', intent });
    const sentence = 'It holds data of a kind that is not known.';
    const refused = {
      ...plan,
      applicable: false,
      reasons: [{ code: 'has-content', level: 'block', sentence } as const],
    };
    app.bridge.answer('plan', ({ intent: wanted }) =>
      wanted.action === 'create' && wanted.eraseSpare ? { ...plan, intent: wanted } : refused,
    );
    await choosePair(app);
    await app.user.click(button('Continue'));
    await screen.findByText(sentence);
    expect(button('Continue').disabled).toBe(true);
    await app.user.click(screen.getByRole('checkbox', { name: 'Erase everything on sdb' }));
    await waitFor(() => expect(button('Continue').disabled).toBe(false));
  });

  it('goes no further where the kernel module is missing, and shows how to build it', async () => {
    const app = open();
    app.bridge.changeConnection('lab', (lab) => {
      if (lab.machine === null) return;
      lab.machine.module = { state: 'missing', targetVersion: null };
      lab.machine.problems = [{ sentence: 'The module is missing.', remedy: 'Build it.', blocking: true }];
    });
    await app.user.click(await radio('Barracuda ST4000 sda'));
    expect(button('Continue').disabled).toBe(true);
    expect(screen.getByText(/make -C kernel KDIR=\/lib\/modules\/6\.1\.0-29-amd64\/build/)).toBeTruthy();
    await app.user.click(button('I have done that, look again'));
    expect(app.bridge.calls.at(-1)?.name).toBe('devices.refresh');
    app.bridge.changeConnection('lab', (lab) => {
      if (lab.machine !== null) lab.machine.problems = [];
    });
    await waitFor(() => expect(button('Continue').disabled).toBe(false));
  });

  it('says that a disk is gone or changed since the plan, and plans anew', async () => {
    const app = open();
    const input = await toConfirm(app);
    app.bridge.answer('apply', () => {
      throw appError('device-gone', 'The spare is not there any more. Nothing was changed.', 'Connect it again.');
    });
    await app.user.type(input, '4F2A');
    await app.user.click(button('Erase sdb and protect sda'));
    expect(await screen.findByText('The spare is not there any more. Nothing was changed.')).toBeTruthy();
    expect(screen.getByText('Connect it again.')).toBeTruthy();
    // The disk is gone from the list too: choosing begins again.
    app.bridge.changeConnection('lab', (lab) => {
      lab.devices = lab.devices.filter(({ name }) => name !== 'sdb');
    });
    await app.user.click(button('Plan it again'));
    expect(await screen.findByRole('heading', { name: 'Which disk is aging?' })).toBeTruthy();
  });

  it('holds a choice and a consent to be of the disk that was seen, not of the next one with its number', async () => {
    const app = open(false);
    await choosePair(app);
    await app.user.click(screen.getByRole('checkbox', { name: 'Erase everything on sdb' }));
    expect(button('Continue').disabled).toBe(false);
    const shown = vi.spyOn(Element.prototype, 'scrollIntoView');
    plugIn(app, { serial: 'STICK-B-0001' });
    const told = await screen.findByText(/^Another disk has taken the place of .* as the spare\./);
    expect(shown.mock.contexts.map((element) => element instanceof Node && element.contains(told))).toEqual([true]);
    shown.mockRestore();
    expect((await radio('Ultra Fit sdb')).checked).toBe(false);
    expect(button('Continue').disabled).toBe(true);
    await app.user.click(await radio('Ultra Fit sdb'));
    expect(screen.queryByText(/^Another disk has taken/)).toBeNull();
    expect(screen.getByRole<HTMLInputElement>('checkbox', { name: 'Erase everything on sdb' }).checked).toBe(false);
    expect(app.bridge.calls.some(({ name }) => name === 'plan')).toBe(false);
  });

  it('begins with the spare again when that is swapped while it is confirmed, and with main when that is', async () => {
    const app = open();
    const input = await toConfirm(app);
    await app.user.type(input, '4F2A');
    plugIn(app, { wwn: 'naa.5' });
    expect(await screen.findByRole('heading', { name: 'Which device is the spare for sda?' })).toBeTruthy();
    await app.user.click(await radio('Ultra Fit sdb'));
    await app.user.click(button('Continue'));
    await waitFor(() => expect(button('Continue').disabled).toBe(false));
    await app.user.click(button('Continue'));
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: /Type the last four/ }).value).toBe('');
    app.bridge.changeConnection('lab', ({ devices }) => {
      for (const disk of devices) if (disk.name === 'sda') disk.model = 'Another';
    });
    expect(await screen.findByRole('heading', { name: 'Which disk is aging?' })).toBeTruthy();
    expect(screen.getByText(/^Another disk has taken the place of .* as the aging disk\./)).toBeTruthy();
    expect(screen.getAllByRole<HTMLInputElement>('radio').some(({ checked }) => checked)).toBe(false);
  });

  it('drops a choice that is unplugged, so that its twin without any number does not take its place', async () => {
    const app = open();
    await choosePair(app);
    const devices = app.bridge.snapshot.connections.find(({ id }) => id === 'lab')?.devices ?? [];
    app.bridge.changeConnection('lab', (lab) => {
      lab.devices = lab.devices.filter(({ name }) => name !== 'sdb');
    });
    expect(await screen.findByText('The disk that you chose as the spare is not connected any more.')).toBeTruthy();
    app.bridge.changeConnection('lab', (lab) => {
      lab.devices = [...devices];
    });
    expect((await radio('Ultra Fit sdb')).checked).toBe(false);
  });

  it('goes by what the plan itself saw when a disk was swapped just before it', async () => {
    const app = open();
    const plan = await app.bridge.call('plan', { connection: 'lab', intent });
    const entries = plan.entries.map((entry) =>
      entry.role === 'spare' && entry.device !== null
        ? { ...entry, device: { ...entry.device, serial: 'STICK-B-0001' } }
        : entry,
    );
    app.bridge.answer('plan', () => ({ ...plan, entries }));
    await choosePair(app);
    await app.user.click(button('Continue'));
    expect(await screen.findByText(/^Another disk has taken the place of .* as the spare\./)).toBeTruthy();
    expect(screen.getByRole('heading', { name: 'Which device is the spare for sda?' })).toBeTruthy();
    expect(app.bridge.calls.at(-1)?.name).toBe('devices.refresh');
  });

  it('wants to know that a disk is not the main of a spare whose main it may be, in either role', async () => {
    const app = open();
    const sentence = 'The spare sdz cannot tell which disk it belongs to, and this one may be its main.';
    app.bridge.changeConnection('lab', (lab) => {
      for (const disk of lab.devices) {
        if (disk.name !== 'sda' && disk.name !== 'sdb') continue;
        disk.asMain = disk.asSpare = [{ code: 'already-protected', level: 'warn', sentence }];
      }
    });
    await app.user.click(await radio('Barracuda ST4000 sda'));
    expect(button('Continue').disabled).toBe(true);
    await app.user.click(screen.getByRole('checkbox', { name: /\(sda\) does not belong to that spare$/ }));
    await app.user.click(button('Continue'));
    await app.user.click(await radio('Ultra Fit sdb'));
    expect(screen.getByText(/\(sdb\) may be the main disk of a spare that is here/)).toBeTruthy();
    expect(button('Continue').disabled).toBe(true);
    await app.user.click(screen.getByRole('checkbox', { name: 'Erase everything on sdb' }));
    expect(button('Continue').disabled).toBe(false);
  });
});
