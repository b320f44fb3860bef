import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { appError } from '../../app/errors.ts';
import { FakeHelper, fakeConnector, silentLog } from '../../tests/doubles/helper.ts';
import { SCENE_TARGET } from '../../tests/doubles/scene.ts';
import { call } from '../../tests/doubles/view.ts';
import { Broker } from './broker.ts';
import { LOOK_AGAIN_MS, MOST_FAILED_LOOKS } from './repeated-look.ts';

const local = { connection: 'local' } as const;

function brokerOf(helper: FakeHelper): Broker {
  return new Broker({ host: 'web', version: '0.1.0', connectors: [fakeConnector(helper)], log: silentLog });
}

describe('without being told', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'Date'] }));
  afterEach(() => vi.useRealTimers());

  it('looks again, and catches up with what no event told', async () => {
    const helper = new FakeHelper();
    const broker = brokerOf(helper);
    await call(broker, 'connection.open', local);
    helper.move(31, false);
    await vi.advanceTimersByTimeAsync(LOOK_AGAIN_MS);
    const { rows } = await vi.waitFor(async () => {
      const answer = await call(broker, 'target.remapsAt', { ...local, name: SCENE_TARGET, fromBlock: 31, limit: 1 });
      expect(answer.rows[0]?.block).toBe(31);
      return answer;
    });
    expect(rows[0]?.state).toBe('mapped');
    await broker.close();
  });

  describe('when a look is answered with an error', () => {
    const failed = appError('tool-failed', 'dmsetup failed.', 'Read the details.');
    let helper: FakeHelper;
    let broker: Broker;

    beforeEach(async () => {
      helper = new FakeHelper();
      broker = brokerOf(helper);
      await call(broker, 'connection.open', local);
    });

    afterEach(() => broker.close());

    async function phaseAfterLook() {
      await vi.advanceTimersByTimeAsync(LOOK_AGAIN_MS);
      await vi.advanceTimersByTimeAsync(1_000);
      const { snapshot } = await call(broker, 'snapshot.get', {});
      return snapshot.connections[0]?.phase;
    }

    it('says that what is shown is old, looks again, and says so no more', async () => {
      helper.overrides['targets.list'] = () => Promise.reject(failed);
      expect(await phaseAfterLook()).toMatchObject({ state: 'open', trouble: { code: 'tool-failed' } });
      delete helper.overrides['targets.list'];
      expect(await phaseAfterLook()).toEqual({ state: 'open', helperVersion: '0.1.0' });
      helper.move(32, false);
      await phaseAfterLook();
      const { rows } = await call(broker, 'target.remapsAt', { ...local, name: SCENE_TARGET, fromBlock: 32, limit: 1 });
      expect(rows[0]).toMatchObject({ block: 32, state: 'mapped' });
    });

    it('gives up after several in a row, counted from the last that was answered', async () => {
      for (const round of [MOST_FAILED_LOOKS - 1, MOST_FAILED_LOOKS - 1]) {
        helper.overrides['targets.list'] = () => Promise.reject(failed);
        for (let look = 0; look < round; look += 1) expect(await phaseAfterLook()).toMatchObject({ state: 'open' });
        delete helper.overrides['targets.list'];
        expect(await phaseAfterLook()).toEqual({ state: 'open', helperVersion: '0.1.0' });
      }
      helper.overrides['targets.list'] = () => Promise.reject(failed);
      for (let look = 1; look < MOST_FAILED_LOOKS; look += 1) await phaseAfterLook();
      expect(await phaseAfterLook()).toMatchObject({ state: 'failed', error: { code: 'tool-failed' } });
    });

    it('goes on listing disks of which the list failed, and does not give up the protected devices for it', async () => {
      helper.overrides['devices.list'] = () => Promise.reject(failed);
      helper.tellDevices('sdz');
      for (let look = 0; look < MOST_FAILED_LOOKS + 1; look += 1) {
        expect(await phaseAfterLook()).toMatchObject({ state: 'open', trouble: { code: 'tool-failed' } });
      }
      delete helper.overrides['devices.list'];
      helper.devices = helper.devices.slice(1);
      expect(await phaseAfterLook()).toEqual({ state: 'open', helperVersion: '0.1.0' });
      const { snapshot } = await call(broker, 'snapshot.get', {});
      expect(snapshot.connections[0]?.devices).toHaveLength(helper.devices.length);
    });
  });

  it('gives up on a helper that hangs', async () => {
    const helper = new FakeHelper();
    const broker = brokerOf(helper);
    await call(broker, 'connection.open', local);
    helper.overrides['targets.list'] = () => new Promise(() => undefined);
    await vi.advanceTimersByTimeAsync(LOOK_AGAIN_MS + 61_000);
    const { snapshot } = await call(broker, 'snapshot.get', {});
    expect(snapshot.connections[0]?.phase).toMatchObject({ state: 'failed', error: { code: 'timeout' } });
    await broker.close();
  });
});
