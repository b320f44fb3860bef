import { expect, it } from 'vitest';
import { isComplaint } from '../kernel/harness/complaints.ts';

/** The complaints among lines of a kernel's log. */
function complaints(...lines: string[]): string[] {
  return lines.filter((_, index) => isComplaint(lines, index));
}

const FAILURE = 'kmem_cache_create_usercopy(bio-480) failed with error -12';

function traceOf(program: string): string[] {
  return [`CPU: 1 PID: 175 Comm: ${program} Tainted: G           O       6.1.192 #1 `, 'Call Trace:', ' <TASK>'];
}

it('a trace of an allocation is a complaint unless a test made it fail', () => {
  expect(complaints(FAILURE, ...traceOf('short-memory'))).toEqual([]);
  expect(complaints(FAILURE, ...traceOf('dmsetup'))).toEqual(['Call Trace:']);
});

it('what else goes wrong in the program that asks with failing allocations is a complaint', () => {
  const bug = 'BUG: KASAN: slab-use-after-free in remap_move+0x12/0x34 [dm_remap]';
  expect(complaints(bug, ...traceOf('short-memory'))).toEqual([bug, 'Call Trace:']);
});
