import * as z from 'zod';

/**
 * What a kernel test and its program in the guest say to each other: one JSON text per line, each request answered by
 * its number. Sectors are 512 bytes and counted from the start of the device.
 */

/** Most sectors of one operation: 1 MiB. */
export const MAX_SECTORS = 2048;

const Device = z.string().startsWith('/dev/');
const Sector = z.int().min(0);
const Count = z.int().min(1).max(MAX_SECTORS);

const Place = {
  device: Device,
  sector: Sector,
  count: Count,
  /** Sector number that the contents of the device's sector 0 carry; see `content.ts`. Default 0. */
  origin: z.int().optional(),
  /** Through the page cache; default directly. */
  buffered: z.boolean().optional(),
};

export const IoOperation = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('read'), ...Place }),
  z.strictObject({
    op: z.literal('write'),
    ...Place,
    /** What the sectors shall hold; 0 for zeroes. */
    tag: z.int().min(0).max(0xffffffff),
    /** Each write durable by itself (O_DSYNC). */
    durable: z.boolean().optional(),
  }),
  z.strictObject({ op: z.literal('fsync'), device: Device }),
  /** Puts a line into the kernel's log. */
  z.strictObject({ op: z.literal('kmsg'), text: z.string() }),
]);
export type IoOperation = z.infer<typeof IoOperation>;

export const IoRequest = z.strictObject({
  id: z.int(),
  /** `each`: one after the other. `together`: all at once. */
  order: z.enum(['each', 'together']),
  operations: z.array(IoOperation),
});
export type IoRequest = z.infer<typeof IoRequest>;

export const IoResult = z.strictObject({
  /** The system's name of the error, or null when the operation succeeded. */
  error: z.string().nullable(),
  /** What a read found, as runs of [tag, sectors]; a tag is negative when the contents are foreign. */
  runs: z.array(z.tuple([z.int(), z.int()])).optional(),
});
export type IoResult = z.infer<typeof IoResult>;

export const IoReply = z.strictObject({ id: z.int(), results: z.array(IoResult) });
