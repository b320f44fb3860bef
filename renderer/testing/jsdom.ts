import { configure } from '@testing-library/react';

/** What jsdom lacks and the page needs: a media query that matches nothing, a size that is never told, no canvas. */

class NoResizeObserver implements ResizeObserver {
  observe(): void {
    // There is no layout, so no size ever changes.
  }
  unobserve(): void {
    // See observe.
  }
  disconnect(): void {
    // See observe.
  }
}

class NoMatch extends EventTarget implements MediaQueryList {
  readonly matches = false;
  readonly onchange = null;
  readonly media: string;

  constructor(media: string) {
    super();
    this.media = media;
  }
  addListener(): void {
    // The old name of addEventListener; nothing ever changes.
  }
  removeListener(): void {
    // See addListener.
  }
}

window.matchMedia = (media) => new NoMatch(media);
window.ResizeObserver = NoResizeObserver;
HTMLCanvasElement.prototype.getContext = () => null;
Element.prototype.scrollTo = () => undefined;
Element.prototype.scrollIntoView = () => undefined;
// Waiting is for an event, not for a time: a busy machine must not make a test fail.
configure({ asyncUtilTimeout: 20_000 });
