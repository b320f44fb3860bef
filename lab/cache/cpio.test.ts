import { execFileSync } from 'node:child_process';
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

test('is listed by another reader of the format', () => {
  const archive = cpioArchive([
    { kind: 'folder', path: 'd' },
    { kind: 'file', path: 'd/f', data: Buffer.alloc(3) },
    { kind: 'link', path: 'd/l', target: 'f' },
    { kind: 'character-device', path: 'd/console', major: 5, minor: 1 },
  ]);
  const listed = execFileSync('busybox', ['cpio', '-t'], { input: archive, stdio: ['pipe', 'pipe', 'ignore'] });
  expect(listed.toString('utf8').trim().split('\n')).toEqual(['d', 'd/f', 'd/l', 'd/console']);
});
