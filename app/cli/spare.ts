import * as z from 'zod';

import { causeSchema } from '../domain/target.ts';
import { countSchema } from '../domain/units.ts';

/** What `dm-remap check`, `repair` and `dump` print with `--json`. Fields are only ever added under one version. */
export const OUTPUT_VERSION = 1;
export const outputVersionSchema = z.literal(OUTPUT_VERSION);

/** A 64-bit number, which JSON readers may not hold exactly, in decimal digits. */
const wideSchema = z.string().regex(/^\d{1,20}$/);
/** Bit n set: sector n of the block; hexadecimal without prefix. */
const maskSchema = z.string().regex(/^[0-9a-f]{1,32}$/);

export const findingCodes = [
  /** The device could not read the unit. */
  'unreadable',
  /** Zeroes stand where a unit should be. */
  'blank',
  /** Something else stands where a unit should be. */
  'magic',
  'checksum',
  /** A unit of another pair. */
  'uuid',
  /** A unit that belongs to another place. */
  'index',
  /** A whole unit that is older than that of the other copy. */
  'stale',
  /** A copy lacks a write that the other one got, as the superblock tells. */
  'missed',
  /** Two whole units of the same sequence number differ: nothing tells which one holds. */
  'contradiction',
  /** A unit of the table is valid in no copy. */
  'lost',
  /** Numbers of a whole superblock that cannot be. */
  'numbers',
  /** A version or a feature that this program does not know. */
  'newer',
  /** A superblock at a place where none of this pair belongs. */
  'misplaced',
  /** No superblock at all. */
  'no-superblock',
  /** The device or image is smaller than the spare was when it was formatted. */
  'truncated',
  'state',
  'cause',
  'main-block',
  'mask',
  'lost-mask',
  'spare-block',
  /** A main block that is mapped to two spare blocks by units of the same sequence. */
  'duplicate',
  /** A main block that was being moved from one spare block to another: the older entry counts as bad. */
  'moved',
  /** A unit of the table that stands elsewhere, since its own place could not be written. */
  'moved-unit',
  /** Fields of a free or bad entry that should be zero. */
  'untidy',
  'sequence',
  'kind',
  'count',
] as const;

export const findingSchema = z.strictObject({
  /** `fatal`: no good copy proves what should stand there. `damage`: one does. `note`: nothing is wrong with the data. */
  level: z.enum(['fatal', 'damage', 'note']),
  part: z.enum(['spare', 'superblock', 'table', 'state']),
  code: z.enum(findingCodes),
  /** Copy of superblock or table, or slot of the state; null when it is no one copy's. */
  copy: countSchema.nullable(),
  /** Number of the unit within its part. */
  unit: countSchema.nullable(),
  /** Where the unit begins on the spare, in sectors of 512 bytes. */
  sector: countSchema.nullable(),
  /** Spare block that an entry of the table speaks of. */
  spareBlock: countSchema.nullable(),
  sentence: z.string(),
});
export type Finding = z.infer<typeof findingSchema>;

export const verdicts = ['clean', 'repairable', 'unrepairable'] as const;
export type CheckVerdict = (typeof verdicts)[number];

/** What stands on a spare, in numbers. */
export const spareSummarySchema = z.strictObject({
  uuid: z.string(),
  mainId: z.string().nullable(),
  mainSectors: countSchema,
  spareSectors: countSchema,
  blockSectors: countSchema,
  /** Spare blocks that may hold data. */
  usableBlocks: countSchema,
  mappedBlocks: countSchema,
  badBlocks: countSchema,
  tableUnits: countSchema,
  tableReady: countSchema,
  sequence: wideSchema,
  createdSeconds: countSchema,
});
export type SpareSummary = z.infer<typeof spareSummarySchema>;

export const checkOutputSchema = z.strictObject({
  version: outputVersionSchema,
  path: z.string(),
  verdict: z.enum(verdicts),
  findings: z.array(findingSchema),
  /** null when no superblock could be used. */
  spare: spareSummarySchema.nullable(),
});

export const repairOutputSchema = checkOutputSchema.extend({
  /** Where each unit that was written, or would be, begins. */
  writes: z.array(z.strictObject({ sector: countSchema, sectors: countSchema, sentence: z.string() })),
  /** False when nothing was asked to be written, or nothing had to be. */
  written: z.boolean(),
});

export const dumpEntrySchema = z.discriminatedUnion('state', [
  z.strictObject({ spareBlock: countSchema, state: z.literal('bad') }),
  z.strictObject({
    spareBlock: countSchema,
    state: z.literal('mapped'),
    block: countSchema,
    residency: maskSchema,
    lost: maskSchema,
    cause: causeSchema,
    seconds: countSchema,
  }),
]);
export type DumpEntry = z.infer<typeof dumpEntrySchema>;

export const dumpOutputSchema = z.strictObject({
  version: outputVersionSchema,
  path: z.string(),
  /** False when a part is damaged in every copy: what is listed may not be all. */
  complete: z.boolean(),
  spare: spareSummarySchema,
  /** Units of the table that stand elsewhere than where their copy has them, and where that is. */
  moved: z.array(z.strictObject({ copy: countSchema, unit: countSchema, sector: countSchema })),
  state: z
    .strictObject({
      slot: countSchema,
      sequence: wideSchema,
      clean: z.boolean(),
      lastEvent: countSchema,
      savedSeconds: countSchema,
      counters: z.record(z.string(), countSchema),
      events: z.array(
        z.strictObject({
          number: countSchema,
          milliseconds: countSchema,
          type: z.string(),
          block: countSchema.nullable(),
          spareBlock: countSchema.nullable(),
          detail: z.string().nullable(),
        }),
      ),
      pending: z.array(z.strictObject({ block: countSchema, seconds: countSchema })),
      /** Blocks that could be read, but only after retries or slowly, and how often. */
      marginal: z.array(z.strictObject({ block: countSchema, softErrors: countSchema, slowReads: countSchema })),
    })
    .nullable(),
  /** Ascending by spare block. Entries that are not listed are free. */
  entries: z.array(dumpEntrySchema),
});
