import { render } from '@testing-library/react';
import { useRef } from 'react';
import { afterEach, expect, it, vi } from 'vitest';

import { useKeptHeight } from './use-kept-height.ts';

/** What a browser would lay out: nothing is, here. */
const content = { width: 800, height: 60 };
let resized = (): void => undefined;

class Observer implements ResizeObserver {
  constructor(told: () => void) {
    resized = told;
  }
  observe(): void {
    resized();
  }
  unobserve = (): void => undefined;
  disconnect = (): void => undefined;
}

function Numbers({ layer }: { layer: string }) {
  const element = useRef<HTMLParagraphElement>(null);
  useKeptHeight(element, layer);
  return <p ref={element}>1,234</p>;
}

function heightOf(element: HTMLElement): number {
  return Math.max(content.height, Number.parseFloat(element.style.minHeight) || 0);
}

function lay(height: number, width = content.width): void {
  Object.assign(content, { height, width });
  resized();
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

it('keeps the tallest height until the width or what it holds changes', () => {
  vi.stubGlobal('ResizeObserver', Observer);
  vi.spyOn(HTMLElement.prototype, 'offsetWidth', 'get').mockImplementation(() => content.width);
  vi.spyOn(HTMLElement.prototype, 'getBoundingClientRect').mockImplementation(function (this: HTMLElement) {
    return new DOMRect(0, 0, content.width, heightOf(this));
  });
  const { container, rerender } = render(<Numbers layer="state" />);
  const element = container.querySelector('p');
  if (element === null) throw new Error('nothing was rendered');

  lay(86.5);
  lay(60);
  expect(heightOf(element)).toBe(86.5);
  lay(112);
  lay(60);
  expect(heightOf(element)).toBe(112);

  lay(40, 1200);
  expect(heightOf(element)).toBe(40);

  lay(70, 1200);
  content.height = 50;
  rerender(<Numbers layer="risk" />);
  expect(heightOf(element)).toBe(50);
});
