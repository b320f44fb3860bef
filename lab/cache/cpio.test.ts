import { expect, test } from 'vitest';
import { cpioArchive } from './cpio.ts';

test('lays out a file as the kernel reads it', () => {
  const archive = cpioArchive([{ kind: 'file', path: 'a/run', data: Buffer.from('hello'), executable: true }]);
  const field = (index: number): number =>
    Number.parseInt(archive.toString('latin1', 6 + index * 8, 14 + index * 8), 16);
  expect(archive.toString('latin1', 0, 6)).toBe('070701');
  expect(field(1).toString(8)).toBe('100755');
  expect([field(2), field(3)]).toEqual([0, 0]);
  expect(field(6)).toBe(5);
  expect(field(11)).toBe('a/run'.length + 1);
  expect(archive.toString('latin1', 110, 116)).toBe('a/run\0');
  expect(archive.toString('latin1', 116, 121)).toBe('hello');
  expect(archive.length % 4).toBe(0);
  expect(archive.toString('latin1')).toContain('TRAILER!!!\0');
});

/** Reads an archive by the rules of the format: names, modes and device numbers, entry by entry. */
function listing(archive: Buffer): string[] {
  const listed: string[] = [];
  for (let at = 0; ;) {
    const field = (index: number): number =>
      Number.parseInt(archive.toString('latin1', at + 6 + index * 8, at + 14 + index * 8), 16);
    const [mode, size, major, minor, nameLength] = [field(1), field(6), field(9), field(10), field(11)];
    const name = archive.toString('latin1', at + 110, at + 110 + nameLength - 1);
    if (name === 'TRAILER!!!') return listed;
    const start = Math.ceil((at + 110 + nameLength) / 4) * 4;
    const data = archive.toString('latin1', start, start + size);
    listed.push(`${name} ${mode.toString(8)} ${String(major)}:${String(minor)} ${data}`);
    at = Math.ceil((start + size) / 4) * 4;
  }
}

test('holds folders, files, links and devices one after the other', () => {
  const archive = cpioArchive([
    { kind: 'folder', path: 'd' },
    { kind: 'file', path: 'd/f', data: Buffer.from('abc') },
    { kind: 'link', path: 'd/l', target: 'f' },
    { kind: 'character-device', path: 'd/console', major: 5, minor: 1 },
  ]);
  expect(listing(archive)).toEqual(['d 40755 0:0 ', 'd/f 100644 0:0 abc', 'd/l 120777 0:0 f', 'd/console 20600 5:1 ']);
});
