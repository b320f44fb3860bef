import * as z from 'zod';

/** Between the test and `server.ts` in the machine: a JSON text a line. */
export const CliRequest = z.strictObject({
  id: z.number(),
  argv: z.array(z.string()),
  /** What is typed on the terminal; without it there is no terminal. */
  typed: z.string().optional(),
});
export type CliRequest = z.infer<typeof CliRequest>;

export const CliReply = z.strictObject({ id: z.number(), code: z.number(), stdout: z.string(), stderr: z.string() });
export type CliReply = z.infer<typeof CliReply>;
