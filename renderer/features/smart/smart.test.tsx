import { screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';

import { driveSubject } from '../../../app/alerts/drive.ts';
import type { DriveHealth } from '../../../app/domain/smart.ts';
import { appError } from '../../../app/errors.ts';
import { BridgeDouble } from '../../../tests/doubles/bridge.ts';
import { sceneReading } from '../../../tests/doubles/scene-smart.ts';
import { SCENE_TARGET } from '../../../tests/doubles/scene.ts';
import { renderApp } from '../../testing/render.tsx';

let close: () => void = () => undefined;
afterEach(() => close());

function at(path: Parameters<typeof renderApp>[1], bridge = new BridgeDouble()) {
  const app = renderApp(bridge, path);
  close = app.close;
  return { ...app, bridge };
}

const reading = sceneReading('8:0');
if (reading.state !== 'read') throw new Error('the scene’s main tells nothing');
const sceneHealth = reading.health;

const onDisk = (devno: string) => ({ at: 'disk', connection: 'lab', devno }) as const;
const panel = () => screen.findByRole('region', { name: 'Health of the drive' });

describe('the SMART tab of a protected device', () => {
  it('tells the drive’s own verdict, what it counted, and the spare’s beside it', async () => {
    const { user } = at({ at: 'device', connection: 'lab', name: SCENE_TARGET, tab: 'smart' });
    expect(await screen.findByText('The drive says that it passed, but it has counted signs of damage.')).toBeTruthy();
    const signs = screen.getByRole('list', { name: 'What matters' });
    const waiting = within(signs).getByText('Sectors waiting').closest('li');
    expect(waiting?.textContent).toContain('8');
    expect(waiting?.textContent).toContain('cannot be read at this moment');
    expect(screen.queryByText('LABMAIN-77A1')).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Show serial numbers and file names' }));
    expect(screen.getByText('LABMAIN-77A1')).toBeTruthy();
    await user.click(screen.getByText('Spare', { selector: '.mantine-SegmentedControl-innerLabel' }));
    expect(await screen.findByText('The USB bridge of this disk hides the drive’s health.')).toBeTruthy();
  });

  it('has every attribute behind a fold, packed values decoded', async () => {
    const { user } = at({ at: 'device', connection: 'lab', name: SCENE_TARGET, tab: 'smart' });
    await user.click(await screen.findByRole('button', { name: /All 10 attributes/ }));
    const table = screen.getByRole('table', { name: 'All attributes' });
    const timeouts = within(table).getByText('Command Timeout').closest('tr');
    expect(timeouts?.textContent).toContain('171801313324 in all, 4 over 5 s, 4 over 7.5 s');
    expect(timeouts?.textContent).toContain('cable and power may be to blame as well. Differs between makers.');
    const waiting = within(table).getByText('Current Pending Sector').closest('tr');
    expect(waiting?.textContent).toContain('Sectors that cannot be read at this moment');
    expect(waiting?.textContent).not.toContain('Differs');
  });
});

describe('a drive of a pair that says it is failing', () => {
  it.each([
    ['8:0', 'The main drive says that it is failing.'],
    ['8:16', 'The spare drive says that it is failing.'],
  ])('is told above all else on the page: %s', async (devno, sentence) => {
    const bridge = new BridgeDouble();
    at({ at: 'device', connection: 'lab', name: SCENE_TARGET, tab: 'remaps' }, bridge);
    await screen.findByRole('tab', { name: 'SMART' });
    expect(screen.queryByText(sentence)).toBeNull();
    bridge.changeConnection('lab', ({ smart }) => {
      const health = smart['8:0']?.health;
      const view = smart[devno];
      if (view !== undefined && health !== null && health !== undefined) view.health = { ...health, verdict: 'failed' };
    });
    expect(await screen.findByText(sentence)).toBeTruthy();
  });

  it.each([
    ['8:0', 'main', 'The main drive said that it is failing when it was last read.'],
    ['8:16', 'spare', 'The spare drive said that it is failing when it was last read.'],
  ] as const)('is told of one that cannot be read any more: %s', async (devno, role, sentence) => {
    const bridge = new BridgeDouble();
    at({ at: 'device', connection: 'lab', name: SCENE_TARGET, tab: 'remaps' }, bridge);
    await screen.findByRole('tab', { name: 'SMART' });
    const said = (failed: boolean, health: DriveHealth | null): void =>
      bridge.changeConnection('lab', ({ smart, alerts, targets }) => {
        const view = smart[devno];
        if (view !== undefined) view.health = health;
        const subject = targets[0]?.device.uuid ?? '';
        alerts.ownWords = [{ subject, rule: `${role}-failed`, failed }];
      });
    said(true, null);
    expect(await screen.findByText(sentence)).toBeTruthy();
    said(true, sceneHealth);
    await waitFor(() => expect(screen.queryByText(sentence)).toBeNull());
    said(true, null);
    expect(await screen.findByText(sentence)).toBeTruthy();
    said(false, null);
    await waitFor(() => expect(screen.queryByText(sentence)).toBeNull());
  });

  it('is not told of one that is only too hot', async () => {
    const bridge = new BridgeDouble();
    at({ at: 'device', connection: 'lab', name: SCENE_TARGET, tab: 'smart' }, bridge);
    await screen.findByRole('tab', { name: 'SMART' });
    bridge.changeConnection('lab', ({ smart }) => {
      const health = smart['8:32']?.health;
      const view = smart['8:0'];
      if (view === undefined || health?.nvme === null || health?.nvme === undefined) throw new Error('no NVMe drive');
      const hot = { ...health.nvme, warnings: ['temperature' as const], criticalWarning: 2 };
      view.health = { ...health, verdict: 'failed', temperatureCelsius: 84, nvme: hot };
    });
    expect(await screen.findByText('The drive warns that it is too hot, at 84 °C.')).toBeTruthy();
    expect(screen.queryByText(/is failing\.$/)).toBeNull();
  });
});

describe('a disk', () => {
  it('that said that it is failing is shown so while it cannot be read, in its row and on its page', async () => {
    const bridge = new BridgeDouble();
    const { user } = at({ at: 'overview', connection: 'lab' }, bridge);
    expect(await screen.findByRole('link', { name: 'Health of sdd: Asleep' })).toBeTruthy();
    bridge.changeConnection('lab', ({ alerts, devices }) => {
      const disk = devices.find(({ devno }) => devno === '8:48');
      if (disk === undefined) throw new Error('the scene has no disk asleep');
      alerts.ownWords = [{ subject: driveSubject(disk, null).id, rule: 'drive-failed', failed: true }];
    });
    await user.click(await screen.findByRole('link', { name: 'Health of sdd: Failing when last read' }));
    expect((await panel()).textContent).toContain('When it was last read, the drive said that it is failing.');
    expect((await panel()).textContent).toContain('The drive is asleep and was not woken.');
  });

  it('is reached from the overview by its verdict', async () => {
    const { user } = at({ at: 'overview', connection: 'lab' });
    await user.click(await screen.findByRole('link', { name: 'Health of sdc: Passed' }));
    expect(await screen.findByText('The drive says that it passed, and has counted no damage.')).toBeTruthy();
  });

  it('has a forecast from what it tells alone, in its row and on its page', async () => {
    const { user } = at({ at: 'overview', connection: 'lab' });
    const link = await screen.findByRole('link', { name: 'Health of sdc: Passed' });
    expect(link.closest('td')?.textContent).toContain('Forecast: No known sign, 0.2 to 0.3 %');
    await user.click(link);
    const forecast = await screen.findByRole('region', { name: 'Forecast of the drive' });
    expect(forecast.textContent).toContain('From its own counters alone');
    expect(forecast.textContent).toContain('No scan has read this disk here');
    expect(screen.getByRole('region', { name: 'Forecast in short' }).textContent).toContain('No known sign');
  });

  it('has none where it tells nothing, and as main disk of a pair only the pair’s', async () => {
    at(onDisk('8:48'));
    await panel();
    expect(screen.queryByRole('region', { name: /^Forecast/ })).toBeNull();
    close();
    at(onDisk('8:0'));
    await panel();
    expect(screen.queryByRole('region', { name: /^Forecast/ })).toBeNull();
  });

  it('starts a self-test, shows how far it is and stops it', async () => {
    const { user, bridge } = at(onDisk('8:0'));
    await user.click(await screen.findByRole('button', { name: 'Long test, about 7 h 58 min' }));
    expect(await screen.findByText('Long self-test is running, 10 % done')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Stop it' }));
    expect(await screen.findByRole('button', { name: 'Short test, about 1 min' })).toBeTruthy();
    expect(bridge.calls.filter(({ name }) => name === 'smart.test').map(({ params }) => params)).toEqual([
      { connection: 'lab', devno: '8:0', kind: 'long' },
      { connection: 'lab', devno: '8:0', kind: 'abort' },
    ]);
  });

  it('says why a self-test was not started', async () => {
    const bridge = new BridgeDouble();
    bridge.answer('smart.test', () => Promise.reject(appError('busy', 'It is testing.', 'Wait.')));
    const { user } = at(onDisk('8:0'), bridge);
    await user.click(await screen.findByRole('button', { name: /Short test/ }));
    expect((await screen.findByRole('alert')).textContent).toContain('It is testing.');
  });

  it('that sleeps is said to sleep and is read when asked for', async () => {
    const { user, bridge } = at(onDisk('8:48'));
    expect((await panel()).textContent).toContain('The drive is asleep and was not woken.');
    await user.click(screen.getByRole('button', { name: 'Read now' }));
    expect(bridge.calls.some(({ name }) => name === 'smart.read')).toBe(true);
    bridge.changeConnection('lab', ({ smart }) => {
      const known = smart['8:0']?.health;
      if (smart['8:48'] !== undefined && known !== undefined) smart['8:48'].health = known;
    });
    expect(await screen.findByText(/What is shown was read before/)).toBeTruthy();
  });

  it('that is gone is said to be gone', async () => {
    at(onDisk('8:240'));
    expect(await screen.findByText('This disk is not there at this moment')).toBeTruthy();
  });
});

describe('a saved smartctl file', () => {
  const file = (text: string, name = 'drive.json') => new File([text], name, { type: 'application/json' });
  const input = (container: HTMLElement): HTMLInputElement => {
    const found = container.querySelector<HTMLInputElement>('input[type=file]');
    if (found === null) throw new Error('no input for a file');
    return found;
  };
  const output = {
    smartctl: { version: [7, 3], exit_status: 0 },
    device: { type: 'sat', protocol: 'ATA' },
    model_name: 'ELSEWHERE 1',
    smart_status: { passed: false },
  };

  it('is shown as a drive, without a question to the program', async () => {
    const { user, container, bridge } = at({ at: 'smart-file', connection: 'lab' });
    await screen.findByText('Look at a drive that is not here');
    await user.upload(input(container), file(JSON.stringify(output)));
    expect(await screen.findByText('The drive says of itself that it is failing.')).toBeTruthy();
    expect(screen.getByText('ELSEWHERE 1')).toBeTruthy();
    expect(screen.queryByRole('button', { name: /Short test/ })).toBeNull();
    const forecast = screen.getByRole('region', { name: 'Forecast of the drive' });
    expect(forecast.textContent).toContain('Failing');
    expect(forecast.textContent).toContain('A file is one look');
    expect(bridge.calls.map(({ name }) => name)).toEqual(['snapshot.get']);
  });

  it('that is none is refused with what is wrong, and another can be opened', async () => {
    const { user, container } = at({ at: 'smart-file', connection: 'lab' });
    await screen.findByText('Look at a drive that is not here');
    await user.upload(input(container), file('{"a": 1}'));
    expect((await screen.findByRole('alert')).textContent).toContain('not what smartctl writes');
    await user.upload(input(container), file(' '.repeat(4 * 1024 * 1024 + 1)));
    expect(await screen.findByText(/larger than 4 MiB/)).toBeTruthy();
    await user.upload(input(container), file(JSON.stringify(output)));
    expect(await screen.findByText('ELSEWHERE 1')).toBeTruthy();
  });
});
