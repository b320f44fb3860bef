import { describe, expect, it } from 'vitest';

import { readArguments } from './arguments.ts';
import { canOpenBrowser } from './browser.ts';

describe('readArguments', () => {
  it('reads every option', () => {
    expect(readArguments(['--lab', '--no-open', '--allow-root', '--port', '8080'])).toEqual({
      port: 8080,
      lab: true,
      open: false,
      allowRoot: true,
      help: false,
    });
    expect(readArguments([])).toEqual({ port: 0, lab: false, open: true, allowRoot: false, help: false });
  });

  it.each([['--port'], ['--port', '70000'], ['--port', '-1'], ['--port', '80x'], ['--prot', '80'], ['extra']])(
    'says what is wrong with %s %s',
    (...args) => {
      expect(readArguments(args)).toHaveProperty('problem');
    },
  );
});

describe('canOpenBrowser', () => {
  it('needs a display and a user who is not root', () => {
    expect(canOpenBrowser({ DISPLAY: ':0' }, false)).toBe(true);
    expect(canOpenBrowser({ WAYLAND_DISPLAY: 'wayland-0' }, false)).toBe(true);
    expect(canOpenBrowser({ DISPLAY: '' }, false)).toBe(false);
    expect(canOpenBrowser({ DISPLAY: ':0' }, true)).toBe(false);
  });
});
