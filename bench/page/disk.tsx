import '../../renderer/no-eval.ts';

import '@mantine/core/styles.css';
import '../../renderer/design/tokens.css';
import '../../renderer/design/base.css';
import '../../renderer/design/components.css';

import { MantineProvider } from '@mantine/core';
import { createRoot } from 'react-dom/client';

import type { TargetView } from '../../app/bridge/snapshot.ts';
import { theme } from '../../renderer/design/theme.ts';
import { Heatmap } from '../../renderer/features/heatmap/Heatmap.tsx';
import { ServicesProvider } from '../../renderer/store/context.tsx';
import { openPrefs, type Prefs } from '../../renderer/store/prefs.ts';
import { openSession } from '../../renderer/store/session.ts';
import { sceneSnapshot } from '../../tests/doubles/scene.ts';
import { BLOCKS, DiskBridge, framed, NOW } from './device.ts';

const MOVE_PX = 40;
/** Frames without anything new after which a picture is whole. */
const STILL_FRAMES = 6;
/** What is written of a plain canvas at once. */
const BAND_LINES = 56;

let draws = 0;
const put: unknown = Object.getOwnPropertyDescriptor(CanvasRenderingContext2D.prototype, 'putImageData')?.value;
if (typeof put !== 'function') throw new Error('this browser puts no pixels on a canvas');
CanvasRenderingContext2D.prototype.putImageData = function (this: CanvasRenderingContext2D, ...given: unknown[]): void {
  if (this.canvas.matches('.heat-canvas canvas:first-child')) draws += 1;
  Reflect.apply(put, this, given);
};
// The moves below are made by no real pointer, which nothing can capture.
Element.prototype.setPointerCapture = () => undefined;

let bridge = new DiskBridge();

/** Waits until the heatmap was drawn once more than `before` times. */
async function drawnSince(before: number): Promise<void> {
  for (let frame = 0; draws === before; frame += 1) {
    if (frame > STILL_FRAMES && bridge.idle) throw new Error('the input drew nothing');
    await framed();
  }
}

/** Waits until nothing is asked or drawn any more. */
async function settled(): Promise<void> {
  for (let still = 0; still < STILL_FRAMES;) {
    const before = draws;
    await framed();
    still = draws > before || !bridge.idle ? 0 : still + 1;
  }
}

function canvas(): HTMLCanvasElement {
  const found = document.querySelector<HTMLCanvasElement>('.heat-canvas canvas');
  if (found === null) throw new Error('there is no heatmap');
  return found;
}

function middle(): { clientX: number; clientY: number } {
  const box = canvas().getBoundingClientRect();
  return { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 };
}

/** Steps of zoom are one turn of the wheel each; resolves with the frame that shows it with what is known so far. */
async function zoomIn(): Promise<void> {
  const before = draws;
  canvas().dispatchEvent(new WheelEvent('wheel', { deltaY: -60, bubbles: true, cancelable: true, ...middle() }));
  await drawnSince(before);
}

function mayZoomIn(): boolean {
  return document.querySelector('button[aria-label^="Zoom in"]:not(:disabled)') !== null;
}

function point(type: string, times: number): void {
  const { clientX, clientY } = middle();
  const at = { clientX, clientY: clientY - times * MOVE_PX };
  canvas().dispatchEvent(new PointerEvent(type, { pointerId: 1, button: 0, buttons: 1, bubbles: true, ...at }));
}

/** Moves the window by so many steps from where it was taken hold of; resolves with the frame that shows it. */
async function moveTo(step: number): Promise<void> {
  const before = draws;
  point('pointermove', step);
  await drawnSince(before);
}

function targetView(): TargetView {
  const target = sceneSnapshot([], 1000).connections.flatMap(({ targets }) => targets)[0];
  if (target === undefined) throw new Error('the scene protects nothing');
  const status = { ...target.status, partial: 0 };
  const device = { ...target.device, lengthSectors: BLOCKS * target.device.blockSectors };
  return { ...target, status, device, heard: NOW };
}

let close = (): void => undefined;

/** Opens the heatmap of a disk of 16 TB. */
function open(prefs: Partial<Prefs>): void {
  const place = document.createElement('div');
  place.className = 'bench-disk';
  document.body.append(place);
  const root = createRoot(place);
  // A bridge of its own each time: what is known of regions is kept by bridge.
  bridge = new DiskBridge();
  const storage = { getItem: () => JSON.stringify(prefs), setItem: () => undefined };
  const services = { bridge, session: openSession(bridge).store, prefs: openPrefs(storage) };
  root.render(
    <MantineProvider theme={theme} forceColorScheme="light" withCssVariables={false} withGlobalClasses={false}>
      <ServicesProvider services={services}>
        <Heatmap connection="lab" live target={targetView()} jump={null} onPoint={() => undefined} onBrush={null} />
      </ServicesProvider>
    </MantineProvider>,
  );
  close = () => {
    root.unmount();
    place.remove();
  };
}

/** Fills a canvas as large as that of the open heatmap with a colour, and with another after it was shown. */
async function plainCanvas(): Promise<void> {
  const plain = document.createElement('canvas');
  const { width, height } = canvas();
  Object.assign(plain, { width, height });
  document.body.append(plain);
  const context = plain.getContext('2d');
  if (context === null) throw new Error('this browser has no canvas');
  const band = context.createImageData(plain.width, BAND_LINES);
  for (const level of [1, 2]) {
    band.data.fill(level * 100);
    for (let line = 0; line < plain.height; line += BAND_LINES) context.putImageData(band, 0, line);
    await framed();
    await framed();
  }
  plain.remove();
}

Object.assign(window, {
  disk: {
    open,
    close: () => close(),
    settled,
    frame: framed,
    plainCanvas,
    zoomIn,
    mayZoomIn,
    hold: () => point('pointerdown', 0),
    moveTo,
    release: (step: number) => point('pointerup', step),
  },
});
