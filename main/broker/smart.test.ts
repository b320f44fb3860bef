import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { SelfTestKind, SmartReading, SmartView } from '../../app/domain/smart.ts';
import { appError } from '../../app/errors.ts';
import { FakeHelper, fakeConnector, silentLog } from '../../tests/doubles/helper.ts';
import { sceneReading } from '../../tests/doubles/scene-smart.ts';
import { sceneDevices } from '../../tests/doubles/scene.ts';
import { View } from '../../tests/doubles/view.ts';
import { Broker } from './broker.ts';
import { FOLLOW_TEST_MS, READ_EVERY_MS, SmartFollower } from './smart.ts';

const devices = sceneDevices(1_000_000);
const disks = devices.map(({ devno }) => devno);
const healthy = sceneReading('8:0');
const testing = sceneReading('8:32');

/** A reading without a self-test in it. */
function idle(reading: SmartReading): SmartReading {
  return reading.state === 'read' ? { state: 'read', health: { ...reading.health, running: null } } : reading;
}

describe('following the health of disks', () => {
  let smart: Record<string, SmartView>;
  let asked: string[];
  let heard: string[];
  let tests: [string, SelfTestKind][];
  let answer: (devno: string) => Promise<SmartReading>;
  let follower: SmartFollower;

  beforeEach(() => {
    vi.useFakeTimers();
    smart = {};
    asked = [];
    heard = [];
    tests = [];
    answer = () => Promise.resolve(healthy);
    follower = new SmartFollower({
      read: (devno) => {
        asked.push(devno);
        return answer(devno);
      },
      test: (devno, kind) => {
        tests.push([devno, kind]);
        return Promise.resolve({});
      },
      change: (recipe) => recipe(smart),
      heard: (devno) => heard.push(devno),
      log: silentLog,
    });
  });

  afterEach(() => {
    follower.stop();
    vi.useRealTimers();
  });

  const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

  it('asks each disk when it appears, one after another, and nothing that is no disk', async () => {
    let present = 0;
    let most = 0;
    answer = async () => {
      most = Math.max(most, (present += 1));
      await Promise.resolve();
      present -= 1;
      return healthy;
    };
    const partition = { ...devices[0], devno: '8:1', kind: 'partition' } as (typeof devices)[number];
    follower.devices([...devices, partition]);
    await settled();
    expect(asked).toEqual(disks);
    expect(most).toBe(1);
    expect(heard).toEqual(disks);
    expect(smart['8:0']).toMatchObject({ reading: false, problem: null, health: { model: 'Barracuda ST4000' } });
    follower.devices(devices);
    await settled();
    expect(asked).toEqual(disks);
  });

  it('asks again every half hour, and never after it was stopped', async () => {
    follower.devices(devices);
    await settled();
    asked.length = 0;
    await vi.advanceTimersByTimeAsync(READ_EVERY_MS - 1);
    expect(asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toEqual(disks);
    follower.stop();
    expect(vi.getTimerCount()).toBe(0);
    asked.length = 0;
    await vi.advanceTimersByTimeAsync(3 * READ_EVERY_MS);
    expect(asked).toEqual([]);
  });

  it('keeps what it knew of a disk that sleeps, and says that it was not asked', async () => {
    follower.devices(devices);
    await settled();
    const heard = smart['8:0']?.heard;
    answer = () => Promise.resolve(sceneReading('8:48'));
    vi.setSystemTime(Date.now() + 1000);
    await follower.read('8:0');
    expect(smart['8:0']).toMatchObject({ problem: { code: 'asleep' }, heard, health: { verdict: 'passed' } });
    expect(smart['8:0']?.asked).toBeGreaterThan(heard ?? 0);
  });

  it('forgets a disk that is gone, and asks another one that took its number', async () => {
    follower.devices(devices);
    await settled();
    asked.length = 0;
    const [first, ...others] = devices;
    if (first === undefined) throw new Error('the scene has no disk');
    follower.devices(others);
    expect(Object.keys(smart)).not.toContain(first.devno);
    const [second, ...rest] = others;
    if (second === undefined) throw new Error('the scene has one disk');
    answer = () => new Promise(() => undefined);
    follower.devices([{ ...second, serial: 'ANOTHER' }, ...rest]);
    await settled();
    expect(asked).toEqual([second.devno]);
    expect(smart[second.devno]).toMatchObject({ reading: true, asked: null, health: null });
  });

  it('does not take the answer of a disk for that of another one', async () => {
    const late = Promise.withResolvers<SmartReading>();
    const only = devices.slice(0, 1);
    answer = () => late.promise;
    follower.devices(only);
    await settled();
    follower.devices(only.map((device) => ({ ...device, serial: 'ANOTHER' })));
    answer = () => new Promise(() => undefined);
    void follower.read('8:0');
    expect(asked).toEqual(['8:0', '8:0']);
    late.resolve(healthy);
    await settled();
    expect(smart['8:0']).toMatchObject({ reading: true, health: null });
  });

  it('follows a self-test until it ends', async () => {
    follower.devices(devices.slice(2, 3));
    await settled();
    asked.length = 0;
    answer = () => Promise.resolve(testing);
    await follower.test('8:32', 'short');
    expect(tests).toEqual([['8:32', 'short']]);
    expect(smart['8:32']?.health?.running).toEqual({ kind: 'short', remainingPercent: 60 });
    await vi.advanceTimersByTimeAsync(FOLLOW_TEST_MS);
    expect(asked).toHaveLength(2);
    answer = () => Promise.resolve(idle(testing));
    await vi.advanceTimersByTimeAsync(FOLLOW_TEST_MS);
    expect(smart['8:32']?.health?.running).toBeNull();
    await vi.advanceTimersByTimeAsync(3 * FOLLOW_TEST_MS);
    expect(asked).toHaveLength(3);
  });

  it('goes on with the next disk when a call fails', async () => {
    answer = (devno) =>
      devno === '8:0' ? Promise.reject(appError('timeout', 'Late.', 'Wait.')) : Promise.resolve(healthy);
    follower.devices(devices);
    await settled();
    expect(asked).toEqual(disks);
    expect(smart['8:0']).toMatchObject({ reading: false, asked: null });
    await expect(follower.read('8:0')).rejects.toMatchObject({ code: 'timeout' });
  });

  it.each([
    ['timeout', 'timeout'],
    ['device-unusable', 'not-supported'],
    ['internal', 'failed'],
  ] as const)(
    'says of a call that failed with %s why nothing is known, until there is an answer',
    async (code, problem) => {
      const only = devices.slice(0, 1);
      answer = () => Promise.reject(appError(code, 'It broke.', 'Wait.', 'why'));
      follower.devices(only);
      await settled();
      expect(smart['8:0']).toMatchObject({ reading: false, asked: null, problem: { code: problem, detail: 'why' } });
      answer = () => Promise.resolve(healthy);
      await follower.read('8:0');
      expect(smart['8:0']).toMatchObject({ problem: null, health: { verdict: 'passed' } });
    },
  );
});

describe('a connection', () => {
  it('shows the health of its disks, and that of a disk that is plugged in', async () => {
    const helper = new FakeHelper();
    const [first, ...others] = helper.devices;
    if (first === undefined) throw new Error('the scene has no disk');
    helper.devices = others;
    const connectors = [fakeConnector(helper)];
    const broker = new Broker({ host: 'web', version: '0.1.0', connectors, log: silentLog });
    const view = await View.of(broker, 'local');
    await view.call('connection.open', { connection: 'local' });
    await view.until(({ smart }) => smart['254:0']?.problem?.code === 'not-supported');
    expect(view.connection.smart['8:0']).toBeUndefined();
    helper.devices = [first, ...others];
    helper.tellDevices('sda');
    await view.until(({ smart }) => smart['8:0']?.health?.serial === 'LABMAIN-77A1');
    await view.call('smart.test', { connection: 'local', devno: '8:0', kind: 'short' });
    expect(helper.calls).toContain('smart.test');
    await view.call('connection.close', { connection: 'local' });
    expect(view.connection.smart).toEqual({});
    const closed = view.call('smart.read', { connection: 'local', devno: '8:0' });
    await expect(closed).rejects.toMatchObject({ code: 'connection-closed' });
    await broker.close();
  });
});
