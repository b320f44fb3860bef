/** What the kernel says when something is wrong with the kernel itself. */
const COMPLAINT = new RegExp(
  [
    'BUG[: ]',
    'WARNING: ',
    'Oops',
    'general protection fault',
    'Call Trace',
    'Kernel panic',
    'blocked for more than',
    'soft lockup',
    'detected (?:expedited )?stalls',
    'self-detected stall',
    'possible (?:recursive|circular|irq) lock',
    'inconsistent lock state',
    'suspicious RCU usage',
    'held lock',
    'trying to register non-static key',
    'turning off the locking correctness validator',
    'sleeping function called',
    'scheduling while atomic',
    'refcount_t',
    'corruption',
    'KASAN|KCSAN|KFENCE|UBSAN',
    'kmemleak: (?!Kernel memory leak detector initialized)',
    'Bad page',
    'double free',
    'Trying to (?:vfree|free)',
    'bio too big',
    // A limit of 0 is a disk that was pulled.
    'beyond end of device(?!.*limit=0)',
  ].join('|'),
);

/**
 * Whether a line of the kernel's log or of the console tells of a defect of the kernel or of a module. That an allocation
 * failed which a test made fail (`guest/short-memory.c`) is none; the kernel tells some of them with a trace.
 */
export function isComplaint(lines: readonly string[], index: number): boolean {
  const line = lines[index] ?? '';
  return COMPLAINT.test(line) && !isWantedTrace(lines, index);
}

function isWantedTrace(lines: readonly string[], index: number): boolean {
  const [what = '', who = '', trace = ''] = lines.slice(Math.max(0, index - 2), index + 1);
  const isFailure = /kmem_cache_create\w*\(.* failed with error|\ballocation failed/.test(what);
  return isFailure && who.includes(' Comm: short-memory ') && trace.endsWith('Call Trace:');
}
