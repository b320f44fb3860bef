import { describe, expect, it } from 'vitest';
import { readCheck } from './output.ts';

const HEAD = `FSTYP         -- ext4
PLATFORM      -- Linux/x86_64 (none) 6.1.0-56-amd64
`;

describe('what check printed', () => {
  it('of a test that passed', () => {
    const output = `${HEAD}\ngeneric/013        109s\nRan: generic/013\nPassed all 1 tests\n`;
    expect(readCheck('generic/013', output)).toEqual({ result: 'passed', note: '' });
  });

  it('of a test that did not run, with the reason', () => {
    const output = `${HEAD}\ngeneric/038       [not run] FITRIM not supported on /mnt/scratch\nRan: generic/038\nNot run: generic/038\nPassed all 1 tests\n`;
    expect(readCheck('generic/038', output)).toEqual({
      result: 'not run',
      note: 'FITRIM not supported on /mnt/scratch',
    });
  });

  it('of a test whose output differed, with the first line that was not expected', () => {
    const output = `${HEAD}
generic/091       - output mismatch (see /tmp/results/generic/091.out.bad)
    --- tests/generic/091.out	2025-12-23 23:31:21.000000000 +0000
    +++ /tmp/results/generic/091.out.bad	2026-11-24 03:00:00.000000000 +0000
    @@ -1,3 +1,3 @@
     QA output created by 091
    -fsx -N 10000
    +READ BAD DATA: offset = 0x1000
    ...
Ran: generic/091
Failures: generic/091
Failed 1 of 1 tests
`;
    expect(readCheck('generic/091', output)).toEqual({
      result: 'failed',
      note: '- output mismatch: +READ BAD DATA: offset = 0x1000',
    });
  });

  it('of a test after which the file system was found broken', () => {
    const output = `${HEAD}
generic/013        109s
_check_generic_filesystem: filesystem on /dev/mapper/test1 is inconsistent
(see /tmp/results/generic/013.full for details)
Ran: generic/013
Failures: generic/013
Failed 1 of 1 tests
`;
    expect(readCheck('generic/013', output)).toEqual({
      result: 'failed',
      note: '_check_generic_filesystem: filesystem on /dev/mapper/test1 is inconsistent',
    });
  });

  it('that ended without a result is a failure, with the last words', () => {
    expect(readCheck('generic/013', `${HEAD}\ngeneric/013 `)).toEqual({
      result: 'failed',
      note: expect.stringContaining('no result: ') as unknown,
    });
    expect(readCheck('generic/013', '')).toEqual({ result: 'failed', note: 'no result: ' });
  });

  it('of another test does not count', () => {
    const output = 'generic/0131        1s\nRan: generic/0131\nPassed all 1 tests\n';
    expect(readCheck('generic/013', output).result).toBe('failed');
  });
});
