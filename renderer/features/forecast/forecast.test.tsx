import { screen, within } from '@testing-library/react';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { forecast } from '../../../app/forecast/forecast.ts';
import { unknownInput, type ForecastInput } from '../../../app/forecast/input.ts';
import type { TargetForecast } from '../../../app/forecast/output.ts';
import { BridgeDouble } from '../../../tests/doubles/bridge.ts';
import { SCENE_TARGET, SCENE_TIME } from '../../../tests/doubles/scene.ts';
import { renderApp } from '../../testing/render.tsx';
import { bandInDisks, bandText, chanceText, whereText } from '../../words/forecast.ts';

vi.setConfig({ testTimeout: 60_000 });

let close: () => void = () => undefined;
afterEach(() => close());

const nowhere: TargetForecast['where'] = { ranges: [], blocks: 0, leftOut: 0, everywhere: false };
const unknown = unknownInput(SCENE_TIME, 'hdd');
const rosen = { value: 2, rose: SCENE_TIME - 9 * 86_400_000, firstSeen: SCENE_TIME - 9 * 86_400_000 };

/** The device page's forecast tab, with the forecast of `input`. */
function open(input: ForecastInput, where = nowhere) {
  const bridge = new BridgeDouble({ mapped: 30, pending: 3 });
  bridge.changeConnection('lab', (lab) => {
    for (const view of lab.targets) view.forecast = { disk: forecast(input), where };
  });
  const app = renderApp(bridge, { at: 'device', connection: 'lab', name: SCENE_TARGET, tab: 'forecast' });
  close = app.close;
  return app;
}

describe('the forecast tab', () => {
  it('says the verdict, the band in words and numbers, each sign, and what cannot be known', async () => {
    open({ ...unknown, attributes: { ...unknown.attributes, pending: rosen, linkErrors: rosen } });
    const panel = await screen.findByRole('tabpanel');
    const head = within(panel).getByRole('region', { name: 'Forecast' });
    expect(within(head).getByRole('heading').textContent).toMatch(/^Plan to replace\. There are signs/);
    expect(within(head).getByText('2 to 10 %')).toBeTruthy();
    expect(head.textContent).toContain('Between 2 and 10 of 100 disks like this fail within 60 days.');
    const terms = within(within(panel).getByRole('region', { name: 'What it is made from' })).getAllByRole('listitem');
    expect(terms).toHaveLength(2);
    expect(terms[0]?.textContent).toContain('failed 16 times as often in the next 60 days.In the number.');
    expect(terms[1]?.textContent).toContain('Check the cable.');
    expect(terms[1]?.textContent).toContain('Not in the number.');
    expect(within(panel).getByText(/More than half of the failing drives/)).toBeTruthy();
  });

  it('shows the source of a sentence when it has the focus', async () => {
    const { user } = open({ ...unknown, attributes: { ...unknown.attributes, pending: rosen } });
    const sentence = await screen.findByText(/failed 16 times as often/);
    sentence.focus();
    expect(await screen.findByText(/Source: Pinheiro, Weber, Barroso/)).toBeTruthy();
    await user.tab();
  });

  it('names the part of the disk that turned slow, and that it is not in the number', async () => {
    const place = { firstBlock: 500_000, blockCount: 7813, presentUs: 13_400, usualUs: 950 };
    open({ ...unknown, speed: { score: 3, places: [place] } });
    const terms = await screen.findByRole('region', { name: 'What it is made from' });
    const [term] = within(terms).getAllByRole('listitem');
    expect(term?.textContent).toMatch(/^Speed ?Part of the disk answers slower/);
    expect(term?.textContent).toContain('blocks 500,000 to 507,812, 13 ms on average where 0.95 ms were usual.');
    expect(term?.textContent).toContain('Not in the number.');
    expect(screen.queryByText(/whether it has grown slower/)).toBeNull();
  });

  it('gives no number when the drive says that it is failing', async () => {
    open({ ...unknown, ownVerdict: 'failed' });
    const panel = await screen.findByRole('tabpanel');
    expect(within(panel).getByText(/No number is given/)).toBeTruthy();
    expect(within(panel).queryByRole('img', { name: /Probability of failure/ })).toBeNull();
    expect(screen.getAllByText('Failing')).toHaveLength(1);
  });

  it('has nothing for axe to find', async () => {
    const { container } = open({ ...unknown, attributes: { ...unknown.attributes, pending: rosen } });
    await screen.findByRole('tabpanel');
    const { violations } = await axe.run(container, { rules: { 'color-contrast': { enabled: false } } });
    expect(violations.map(({ id }) => id)).toEqual([]);
  });
});

describe('the heatmap', () => {
  it('counts predicted blocks in its legend, tells them in words and walks them', async () => {
    const ranges = [
      { first: 1000, count: 500, probability: 0.5 },
      { first: 700_000, count: 21, probability: 0.25 },
    ];
    const { user } = open(unknown, { ...nowhere, ranges, blocks: 521 });
    const entry = await screen.findByRole('button', { name: 'Predicted 521' });
    expect(screen.getByText(/521 blocks near recent trouble may fail next\./)).toBeTruthy();
    await user.click(entry);
    expect(entry.getAttribute('aria-pressed')).toBe('true');
    await user.click(screen.getByRole('button', { name: 'Next problem (N)' }));
    expect(await screen.findByText('Block 1,000', { selector: '[role=status]' })).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Next problem (N)' }));
    expect(await screen.findByText('Block 700,000', { selector: '[role=status]' })).toBeTruthy();
    expect(await screen.findByText(/25 % for another bad block within 10 MiB/)).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Next problem (N)' }));
    expect(await screen.findByText('There is no further block that is “predicted”.')).toBeTruthy();
  });
});

describe('the heatmap as a table', () => {
  it('lists a cell that only holds something predicted, with what was measured in it', async () => {
    // Blocks of the last quarter were not read, and few of them failed.
    const ranges = [{ first: 990_000, count: 20, probability: 0.5 }];
    const { user } = open(unknown, { ...nowhere, ranges, blocks: 20 });
    await user.click(await screen.findByRole('button', { name: 'Show as a table' }));
    const table = await screen.findByRole('region', { name: 'Cells with trouble, and predicted ones' });
    const cell = await within(table).findByRole('cell', { name: '20' });
    expect(cell.closest('tr')?.textContent).toMatch(/^ ?Not read yet/);
  });
});

describe('words', () => {
  it.each([
    [0, '0.0 %'],
    [0.0004, 'under 0.1 %'],
    [0.0028, '0.3 %'],
    [0.044, '4 %'],
    [0.9999, 'over 99 %'],
    [1, '100 %'],
  ])('%d is %s', (probability, text) => {
    expect(chanceText(probability)).toBe(text);
  });

  it('give the band as percent and as disks', () => {
    const band = { low: 0.0023, point: 0.0028, high: 0.0033 };
    expect([bandText(band), bandInDisks(band)]).toEqual([
      '0.2 to 0.3 %',
      'Between 2 and 3 of 1,000 disks like this fail within 60 days.',
    ]);
    expect(bandText({ low: 0.04, point: 0.04, high: 0.04 })).toBe('about 4 %');
  });

  it('say where, or that no place stands out', () => {
    expect(whereText(nowhere)).toContain('No place of the disk stands out');
    expect(whereText({ ...nowhere, everywhere: true })).toContain('all over the disk');
    const one = { ...nowhere, ranges: [{ first: 0, count: 1, probability: 0.5 }], blocks: 1, leftOut: 2 };
    expect(whereText(one)).toBe(
      '1 block in 1 place around recent trouble is likelier to fail next than the rest. 2 less likely places not shown.',
    );
  });
});
