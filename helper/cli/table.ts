/** The verbs of `dm-remap`: help, completion and the tests of the man page are made from this. */

export interface OptionSpec {
  readonly name: string;
  /** Name of its value in help; null for one that has none. */
  readonly value: string | null;
  readonly summary: string;
  readonly completes?: Completes;
}

/** What a shell may offer for a value. */
export type Completes = 'pair' | 'device' | 'file' | 'nothing';

export interface OperandSpec {
  readonly name: string;
  readonly required: boolean;
  readonly completes: Completes;
}

export interface VerbSpec {
  readonly summary: string;
  /** Sentences for the verb's own help. */
  readonly about: string;
  readonly operands: readonly OperandSpec[];
  readonly options: readonly OptionSpec[];
}

const json: OptionSpec = { name: 'json', value: null, summary: 'print JSON' };
const plan: OptionSpec = { name: 'plan', value: null, summary: 'say what would happen and change nothing' };
const confirm: OptionSpec = {
  name: 'confirm',
  value: 'TEXT',
  summary: 'what would have to be typed, for scripts: the last four characters of the spare’s serial number',
};
const pair: OperandSpec = { name: 'NAME', required: true, completes: 'pair' };
const spare: OperandSpec = { name: 'SPARE', required: true, completes: 'device' };

/** Options that every verb has. */
export const commonOptions: readonly OptionSpec[] = [
  { name: 'help', value: null, summary: 'say how to use it' },
  { name: 'verbose', value: null, summary: 'also print details of errors and a log line for each change' },
];

export const verbs = {
  list: {
    summary: 'list the protected disks',
    about: 'Lists active pairs, and spares on this computer whose pair is not active.',
    operands: [],
    options: [
      { name: 'devices', value: null, summary: 'also list all disks, and why one cannot be main or spare' },
      json,
    ],
  },
  status: {
    summary: 'show the state of a pair',
    about:
      'Shows the state of a pair, or of all. With --watch it goes on and tells each change and event as it happens.',
    operands: [{ ...pair, required: false }],
    options: [{ name: 'watch', value: null, summary: 'go on, and tell what happens' }, json],
  },
  create: {
    summary: 'protect a disk with a spare',
    about:
      'Erases the spare and puts the protection over main, which stays as it is. Shows what will happen first and asks for the last characters of the spare’s serial number.',
    operands: [{ ...pair, completes: 'nothing' }],
    options: [
      { name: 'main', value: 'DEVICE', summary: 'the aging disk', completes: 'device' },
      { name: 'spare', value: 'DEVICE', summary: 'the disk that stands in for it; it is erased', completes: 'device' },
      { name: 'block-sectors', value: 'N', summary: 'block size in sectors of 512 bytes, 1 to 128; default 8' },
      { name: 'erase', value: null, summary: 'agree that what is found on the spare is erased' },
      confirm,
      plan,
      json,
    ],
  },
  activate: {
    summary: 'put a pair in place again',
    about: 'Puts a pair in place again, after a restart for instance. Main is found by what the spare says.',
    operands: [{ ...pair, completes: 'nothing' }],
    options: [
      { name: 'spare', value: 'DEVICE', summary: 'the spare of the pair', completes: 'device' },
      { name: 'main', value: 'DEVICE', summary: 'the aging disk, when it cannot be told', completes: 'device' },
      plan,
      json,
    ],
  },
  deactivate: {
    summary: 'take a pair out of use',
    about: 'Takes a pair out of use. What was moved stays on the spare.',
    operands: [pair],
    options: [plan, json],
  },
  remove: {
    summary: 'end a pair for good',
    about: 'Ends a pair of which no block lives on the spare, and erases what the spare says of it.',
    operands: [pair],
    options: [confirm, plan, json],
  },
  remap: {
    summary: 'move blocks to the spare now',
    about: 'Moves blocks to the spare now. Sectors that cannot be read stay where they are.',
    operands: [
      pair,
      { name: 'BLOCK', required: true, completes: 'nothing' },
      { name: 'COUNT', required: false, completes: 'nothing' },
    ],
    options: [
      {
        name: 'sectors',
        value: null,
        summary: 'BLOCK and COUNT are sectors of 512 bytes, as the kernel’s log has them',
      },
      json,
    ],
  },
  unmap: {
    summary: 'give a block back to main',
    about:
      'Writes what the spare holds of a block to main, reads it back and compares, and frees the spare block. Nothing changes when main still fails.',
    operands: [pair, { name: 'BLOCK', required: true, completes: 'nothing' }],
    options: [json],
  },
  remaps: {
    summary: 'list the moved and pending blocks',
    about: 'Lists the blocks that live on the spare and those that could not be read, ascending.',
    operands: [pair],
    options: [
      { name: 'from', value: 'BLOCK', summary: 'begin with this block' },
      { name: 'max', value: 'N', summary: 'list so many at most' },
      json,
    ],
  },
  health: {
    summary: 'show what is known of parts of the disk',
    about: 'Cuts the disk, or a range of it, into cells and lists those that have something to tell.',
    operands: [pair],
    options: [
      { name: 'first', value: 'BLOCK', summary: 'first block; default 0' },
      { name: 'count', value: 'N', summary: 'number of blocks; default all' },
      { name: 'cells', value: 'N', summary: 'number of cells, 1 to 4096; default 64' },
      json,
    ],
  },
  files: {
    summary: 'say which file lies on a block',
    about:
      'Asks the file system on a pair what lies on blocks: a file with its names, a directory, its own tables, or nothing. Reads the file system’s tables from the disk, which takes minutes where they are large, and ends after ten. For ext2, ext3, ext4, xfs, btrfs and NTFS, also in partitions and plain volumes over the pair.',
    operands: [
      pair,
      { name: 'BLOCK', required: true, completes: 'nothing' },
      { name: 'COUNT', required: false, completes: 'nothing' },
    ],
    options: [json],
  },
  events: {
    summary: 'list what happened',
    about: 'Lists the events that the pair keeps, oldest first.',
    operands: [pair],
    options: [
      { name: 'after', value: 'N', summary: 'only those numbered above N' },
      { name: 'max', value: 'N', summary: 'list so many at most' },
      json,
    ],
  },
  continue: {
    summary: 'go on after moving was halted',
    about: 'Ends the mode halted. See to the disk and its cable first.',
    operands: [pair],
    options: [json],
  },
  scan: {
    summary: 'read the disk in the background, to find errors early',
    about:
      'Begins, pauses, resumes or stops a scan: ACTION is start, pause, resume or stop. It reads all of the disk, or a range, gives way to other use of the disk, and goes on after a restart.',
    operands: [pair, { name: 'ACTION', required: true, completes: 'nothing' }],
    options: [
      { name: 'first', value: 'BLOCK', summary: 'of start: first block; default 0' },
      { name: 'count', value: 'N', summary: 'of start: number of blocks; default up to the end' },
      json,
    ],
  },
  set: {
    summary: 'show or change how a pair scans and moves',
    about:
      'Without KEY and VALUE shows what holds. KEY is scan_rate (KiB in a second, 0 no limit), scan_interval (seconds from one pass to the next, 0 only when asked), soft_threshold (reads of a block that needed more than one try, at which it is moved, 0 never) or low_spare (percent of the spare free, at which nothing is moved ahead of errors any more). Holds until the pair is activated again.',
    operands: [
      pair,
      { name: 'KEY', required: false, completes: 'nothing' },
      { name: 'VALUE', required: false, completes: 'nothing' },
    ],
    options: [json],
  },
  import: {
    summary: 'move the blocks that a list says are bad',
    about:
      'Moves the blocks of a badblocks list or of a GNU ddrescue map to the spare now. The list must be of the main disk itself.',
    operands: [pair, { name: 'FILE', required: true, completes: 'file' }],
    options: [
      {
        name: 'badblocks',
        value: 'BYTES',
        summary: 'FILE is a badblocks list made with blocks of BYTES (its -b; 1024 when it was not given)',
      },
      { name: 'ddrescue', value: null, summary: 'FILE is a GNU ddrescue map' },
      {
        name: 'failed',
        value: null,
        summary: 'of a map, also areas that failed and were not examined sector by sector',
      },
      { name: 'dry-run', value: null, summary: 'say what would be moved and change nothing' },
      json,
    ],
  },
  check: {
    summary: 'check a spare that is not in use',
    about:
      'Reads all metadata of a spare, or of an image of one, and tells everything that is wrong. Exits 0 when it is clean, 1 when it is damaged and can be repaired, 2 when it cannot be repaired or could not be checked.',
    operands: [spare],
    options: [json],
  },
  dump: {
    summary: 'print what stands on a spare that is not in use',
    about: 'Prints superblock, saved state and table of a spare, or of an image of one.',
    operands: [spare],
    options: [json],
  },
  repair: {
    summary: 'repair a spare that is not in use',
    about:
      'Rewrites the units that are damaged in one copy from the other. Without --yes and --output it only says what it would write. Exits as check does, and 0 after a repair.',
    operands: [spare],
    options: [
      { name: 'yes', value: null, summary: 'write to SPARE itself' },
      {
        name: 'output',
        value: 'FILE',
        summary: 'write a repaired image to FILE, which must not exist, and leave SPARE as it is',
        completes: 'file',
      },
      json,
    ],
  },
} as const satisfies Readonly<Record<string, VerbSpec>>;

export type VerbName = keyof typeof verbs;
export const verbNames = Object.keys(verbs).filter(isVerb);

export function isVerb(name: string): name is VerbName {
  return Object.hasOwn(verbs, name);
}

export function specOf(verb: VerbName): VerbSpec {
  return verbs[verb];
}

/** Every option of a verb. */
export function optionsOf(verb: VerbName): readonly OptionSpec[] {
  return [...specOf(verb).options, ...commonOptions];
}
