import { screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';

import type { Connection } from '../../../app/bridge/snapshot.ts';
import type { Plan } from '../../../app/domain/plan.ts';
import { appError } from '../../../app/errors.ts';
import { BridgeDouble } from '../../../tests/doubles/bridge.ts';
import { restarted, SCENE_TARGET } from '../../../tests/doubles/scene.ts';
import type { Route } from '../../app/router.ts';
import { renderApp } from '../../testing/render.tsx';

vi.setConfig({ testTimeout: 60_000 });

let close: () => void = () => undefined;
afterEach(() => close());

const overview: Route = { at: 'overview', connection: 'lab' };
const settings: Route = { at: 'device', connection: 'lab', name: SCENE_TARGET, tab: 'settings' };

function open(bridge: BridgeDouble, route: Route) {
  const app = renderApp(bridge, route);
  close = app.close;
  return app;
}

function afterRestart(change: (lab: Connection) => void = () => undefined): BridgeDouble {
  const bridge = new BridgeDouble();
  bridge.changeConnection('lab', (lab) => {
    restarted(lab);
    change(lab);
  });
  return bridge;
}

const plans = (bridge: BridgeDouble): unknown[] =>
  bridge.calls.filter(({ name }) => name === 'plan').map(({ params }) => params);
/** That of the notice on top; another stands in the row of the spare. */
const startAgain = async () =>
  within(await screen.findByRole('region', { name: 'Protection that is not running' })).getByRole('button', {
    name: 'Start protection again',
  });
const theDialog = async () => within(await screen.findByRole('dialog'));
const nameField = 'Name of the protected device';

describe('starting protection again', () => {
  it('takes the name that the pair had, and another one only when it is typed and planned', async () => {
    const bridge = afterRestart();
    const intent = { action: 'activate', main: { devno: '8:0' }, spare: { devno: '8:16' } } as const;
    const plain = await bridge.call('plan', { connection: 'lab', intent: { ...intent, name: 'x' } });
    bridge.calls.length = 0;
    bridge.answer('plan', ({ intent: wanted, nameIsProposal }) => ({
      ...plain,
      intent: nameIsProposal === true ? { ...intent, name: 'photos' } : wanted,
    }));
    const { user } = open(bridge, overview);
    await user.click(await startAgain());
    const dialog = await theDialog();
    const field = await dialog.findByRole<HTMLInputElement>('textbox', { name: nameField });
    expect(field.value).toBe('photos');
    expect(plans(bridge)).toMatchObject([{ intent: { name: 'safe-sda' }, nameIsProposal: true }]);
    const start = dialog.getByRole<HTMLButtonElement>('button', { name: 'Start protection' });
    expect(start.disabled).toBe(false);

    await user.type(field, ' 2');
    expect(dialog.getByText(/^Use letters, digits/)).toBeTruthy();
    const anew = dialog.getByRole<HTMLButtonElement>('button', { name: 'Plan it with this name' });
    expect([start.disabled, anew.disabled]).toEqual([true, true]);
    await user.clear(field);
    await user.type(field, 'pictures');
    await user.click(anew);
    await waitFor(() => expect(start.disabled).toBe(false));
    expect(plans(bridge)).toHaveLength(2);
    expect(plans(bridge)[1]).toEqual({ connection: 'lab', intent: { ...intent, name: 'pictures' } });
  });

  it('lets main be chosen among the disks that may be it, and plans nothing before', async () => {
    const bridge = afterRestart(({ devices }) => {
      for (const { spareOf } of devices) {
        if (spareOf !== null) Object.assign(spareOf, { mainId: null, mainDevno: null, mayBeMain: ['8:0', '8:48'] });
      }
    });
    const { user } = open(bridge, overview);
    await user.click(await startAgain());
    const dialog = await theDialog();
    expect(dialog.getByText(/only its size is known/)).toBeTruthy();
    expect(screen.getByText(/which disk it belongs to is not certain/)).toBeTruthy();
    expect(dialog.getAllByRole<HTMLInputElement>('radio').map(({ checked }) => checked)).toEqual([false, false]);
    const start = dialog.getByRole<HTMLButtonElement>('button', { name: 'Start protection' });
    expect([start.disabled, plans(bridge)]).toEqual([true, []]);
    // It is mounted by itself.
    expect(dialog.getByRole<HTMLInputElement>('radio', { name: 'WD Blue sdd' }).disabled).toBe(true);
    bridge.changeConnection('lab', ({ devices }) => {
      for (const disk of devices) if (disk.name === 'sda') disk.asMain = [];
    });
    await user.click(await dialog.findByRole('radio', { name: 'Barracuda ST4000 sda' }));
    await waitFor(() => expect(start.disabled).toBe(false));
    expect(plans(bridge)).toMatchObject([
      { intent: { action: 'activate', main: { devno: '8:0' }, spare: { devno: '8:16' }, name: 'safe-sda' } },
    ]);

    bridge.changeConnection('lab', ({ devices }) => {
      for (const disk of devices) if (disk.name === 'sda') disk.serial = 'ANOTHER-0001';
    });
    await waitFor(() => expect(start.disabled).toBe(true));
    expect(dialog.getByText(/another one has taken its place/)).toBeTruthy();
  });

  it('shows the plan of the main that was chosen last, whichever comes first', async () => {
    const bridge = afterRestart(({ devices }) => {
      for (const disk of devices) {
        disk.asMain = [];
        if (disk.spareOf !== null) Object.assign(disk.spareOf, { mainDevno: null, mayBeMain: ['8:0', '8:32'] });
      }
    });
    const pair = { action: 'activate', spare: { devno: '8:16' }, name: 'photos' } as const;
    const [first, second] = await Promise.all(
      ['8:0', '8:32'].map((devno) => bridge.call('plan', { connection: 'lab', intent: { ...pair, main: { devno } } })),
    );
    if (first === undefined || second === undefined) throw new Error('there are no plans');
    let late: (plan: Plan) => void = () => undefined;
    bridge.answer('plan', ({ intent }) =>
      intent.action === 'activate' && intent.main.devno === '8:32'
        ? second
        : new Promise<Plan>((resolve) => (late = resolve)),
    );
    const { user } = open(bridge, overview);
    await user.click(await startAgain());
    const dialog = await theDialog();
    await user.click(dialog.getByRole('radio', { name: 'Barracuda ST4000 sda' }));
    await user.click(dialog.getByRole('radio', { name: 'Deskstar 7K sdc' }));
    const plan = within(await dialog.findByRole('table'));
    late(first);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(plan.getByText('Deskstar 7K')).toBeTruthy();
    expect(plan.queryByText('Barracuda ST4000')).toBeNull();
  });

  it('is not offered where no disk fits', async () => {
    const bridge = afterRestart(({ devices }) => {
      for (const { spareOf } of devices) if (spareOf !== null) spareOf.mainDevno = null;
    });
    open(bridge, overview);
    expect(await screen.findByText('Spare of a disk that is not here')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Start protection again' })).toBeNull();
  });
});

describe('the dialog of a plan', () => {
  it('can be tried again where no plan could be made', async () => {
    const bridge = afterRestart();
    bridge.answer('plan', () => {
      throw appError('tool-failed', 'The program lsblk failed.', 'Try again.');
    });
    const { user } = open(bridge, overview);
    await user.click(await startAgain());
    const dialog = await theDialog();
    await dialog.findByText('The program lsblk failed.');
    await user.click(dialog.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(plans(bridge)).toHaveLength(2));
  });

  it('stays while the plan is carried out, and can be closed after a failure', async () => {
    const bridge = new BridgeDouble();
    const { user } = open(bridge, settings);
    await user.click(await screen.findByRole('button', { name: 'Stop for now…' }));
    const dialog = await theDialog();
    const stop = dialog.getByRole<HTMLButtonElement>('button', { name: 'Stop protection' });
    await waitFor(() => expect(stop.disabled).toBe(false));
    let fail: (error: Error) => void = () => undefined;
    bridge.answer('apply', () => new Promise((_resolve, reject) => (fail = reject)));
    await user.click(stop);
    const [x] = dialog.getAllByRole<HTMLButtonElement>('button', { name: 'Close' });
    if (x === undefined) throw new Error('there is no X');
    expect(x.disabled).toBe(true);
    await user.keyboard('{Escape}');
    expect(screen.getByRole('dialog')).toBeTruthy();
    fail(appError('tool-failed', 'It was refused.', 'Look again.'));
    await dialog.findByText('It was refused.');
    await user.click(x);
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  it('hides what has to be typed with the serial numbers, and shows it when they are shown', async () => {
    const bridge = new BridgeDouble();
    const plan = await bridge.call('plan', { connection: 'lab', intent: { action: 'remove', name: SCENE_TARGET } });
    bridge.answer('plan', () => ({ ...plan, confirm: { kind: 'serial-tail', text: '4F2A' } }));
    const { user } = open(bridge, settings);
    await user.click(await screen.findByRole('button', { name: 'Remove…' }));
    const dialog = await theDialog();
    const input = await dialog.findByRole('textbox', { name: /Type the last four characters .*: ••••$/ });
    expect(dialog.getByText(/Serial numbers are hidden/)).toBeTruthy();
    expect(dialog.queryByText(/4F2A/)).toBeNull();
    const remove = dialog.getByRole<HTMLButtonElement>('button', { name: 'Remove protection' });
    await user.type(input, '4F2A');
    expect(remove.disabled).toBe(false);
    await user.click(dialog.getByRole('button', { name: 'Show serial numbers' }));
    expect(dialog.getByRole('textbox', { name: /: 4F2A$/ })).toBeTruthy();
    expect(dialog.queryByText(/Serial numbers are hidden/)).toBeNull();
  });
});
