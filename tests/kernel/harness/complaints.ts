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

/** Whether a line of the kernel's log or of the console tells of a defect of the kernel or of a module. */
export function isComplaint(line: string): boolean {
  return COMPLAINT.test(line);
}
