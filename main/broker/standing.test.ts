import { afterEach, beforeEach, expect, it } from 'vitest';

import type { Notice } from '../../app/alerts/schema.ts';
import { appError } from '../../app/errors.ts';
import { FakeHelper, fakeConnector, silentLog } from '../../tests/doubles/helper.ts';
import { View } from '../../tests/doubles/view.ts';
import type { Standing } from '../ports.ts';
import { Broker } from './broker.ts';

const local = { connection: 'local' } as const;
let helper: FakeHelper;
let broker: Broker;
let view: View;
let notices: Notice[];
let stood: Standing[];

const unwatched = (): Notice[] => notices.filter(({ title }) => title.includes('watched'));

beforeEach(async () => {
  helper = new FakeHelper();
  notices = [];
  stood = [];
  const notifier = {
    tell: (notice: Notice) => void notices.push(notice),
    standing: (standing: Standing) => void stood.push(standing),
  };
  const connectors = [fakeConnector(helper)];
  broker = new Broker({ host: 'electron', version: '0.1.0', connectors, log: silentLog, notifier });
  view = await View.of(broker, 'local');
  await view.call('connection.open', local);
});

afterEach(() => broker.close());

it('is told once when nobody watches any more, which is marked from the beginning', async () => {
  expect(stood.map(({ watching }) => watching)).toEqual([false, true]);
  helper.die(appError('helper-died', 'The helper has ended.', 'Open it again.'));
  await view.until(({ phase }) => phase.state === 'failed');
  expect(unwatched()).toMatchObject([{ title: 'This computer is no longer watched', weight: 'grave' }]);
  expect(unwatched()[0]?.body).toMatch(/^The helper has ended\. .*Open the connection again/);
  expect(view.connection.alerts.notices).toContainEqual(unwatched()[0]);
  expect(stood.at(-1)).toMatchObject({ watching: false });
});

it('is not told when the connection is closed on purpose', async () => {
  await view.call('connection.close', local);
  expect(unwatched()).toEqual([]);
  expect(stood.at(-1)).toMatchObject({ watching: false });
});
