import * as z from 'zod';

/** What a test does to the lab's machine behind the screen's back. Disks by the lab's names of them. */
const orderSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('kill-helper') }),
  /** Writes to the disk are answered no more until `release`. */
  z.strictObject({ do: z.literal('hang-writes'), disk: z.string() }),
  /** Waits until a write hangs. */
  z.strictObject({ do: z.literal('until-hung') }),
  z.strictObject({ do: z.literal('release') }),
  /** Requests to write that the disk has had so far. */
  z.strictObject({ do: z.literal('count-writes'), disk: z.string() }),
]);
export type HostOrder = z.infer<typeof orderSchema>;

export const hostOrderSchema = z.strictObject({ id: z.number().int(), order: orderSchema });

/** The answer to the order with the same `id`; 0 is the address of the page, told once. */
export const hostReplySchema = z.strictObject({
  id: z.number().int(),
  result: z.union([z.string(), z.number(), z.null()]),
  error: z.string().nullable(),
});
export type HostReply = z.infer<typeof hostReplySchema>;
