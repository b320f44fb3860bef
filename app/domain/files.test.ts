import { describe, expect, it } from 'vitest';

import { fileRangesSchema, seenAt, visibleName } from './files.ts';

describe('a name of a file', () => {
  it.each([
    ['/photos/été 1 – ☃ 東京.jpg', '/photos/été 1 – ☃ 東京.jpg'],
    ['/a\nb\tc', String.raw`/a\nb\tc`],
    ['/tax\u202Efdp.exe', String.raw`/tax\u{202e}fdp.exe`],
    ['/\u001B[31mred', String.raw`/\u{1b}[31mred`],
    ['/a\u200Bb\u00A0c\u2028d', String.raw`/a\u{200b}b\u{a0}c\u{2028}d`],
    ['/a\uFFF9b', String.raw`/a\u{fff9}b`],
    ['/\u3164filler', String.raw`/\u{3164}filler`],
    [String.raw`/a\u{202e}`, String.raw`/a\\u{202e}`],
    ['/<b>bold</b>', '/<b>bold</b>'],
  ])('%j is shown so that nothing in it is unseen', (name, shown) => {
    expect(visibleName(name)).toBe(shown);
  });

  it('is seen where its folder is mounted', () => {
    const whole = { mounts: [{ at: '/mnt/a', root: '/' }] };
    expect(seenAt(whole, '/docs/x')).toBe('/mnt/a/docs/x');
    expect(seenAt({ mounts: [{ at: '/', root: '/' }] }, '/docs/x')).toBe('/docs/x');
    const home = { mounts: [{ at: '/home', root: '/@home' }] };
    expect(seenAt(home, '/@home/u/x')).toBe('/home/u/x');
    expect(seenAt(home, '/@home2/u/x')).toBeNull();
    expect(seenAt({ mounts: [] }, '/x')).toBeNull();
  });
});

it('a question is about so many blocks at most, all ranges together', () => {
  const ranges = (...counts: number[]) =>
    fileRangesSchema.safeParse(counts.map((blockCount) => ({ firstBlock: 0, blockCount }))).success;
  expect(ranges(1024)).toBe(true);
  expect(ranges(1000, 24)).toBe(true);
  expect(ranges(1000, 25)).toBe(false);
  expect(ranges()).toBe(false);
});
