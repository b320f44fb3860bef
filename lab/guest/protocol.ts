import * as z from 'zod';

/**
 * What the lab and its agent in the guest say to each other on the virtio-serial port: one JSON text per line. The lab
 * sends requests, each answered by its number; the agent sends events when it likes.
 */

/** How the writes of a workload are made durable. */
export const Durability = z.union([
  /** A flush after each write (fdatasync). */
  z.literal('flush-each'),
  /** Each write by itself (O_DSYNC: forced unit access where the disk has it). */
  z.literal('fua'),
  z.literal('never'),
  /** A flush after so many writes. */
  z.strictObject({ flushEvery: z.int().min(1).max(1_000_000) }),
]);
export type Durability = z.infer<typeof Durability>;

export const WriteJob = z.strictObject({
  device: z.string().startsWith('/dev/'),
  seed: z.int().min(0).max(0xffffffff),
  pattern: z.enum(['random', 'sequential']),
  /** 512-byte sectors of each write. */
  blockSectors: z.int().min(1).max(2048),
  /** 512-byte sectors of the device that are written; whole blocks from `first` on. */
  first: z.int().min(0),
  count: z.int().min(1),
  /** Most writes in a second; undefined for as many as go. */
  writesPerSecond: z.number().positive().max(1_000_000).optional(),
  durability: Durability,
  /** Number of the first write; later runs over the same sectors must go on from where the last one ended. */
  firstGeneration: z.int().min(1),
  /** End by itself after so many writes. */
  writes: z.int().min(1).optional(),
});
export type WriteJob = z.infer<typeof WriteJob>;

export const ScanJob = z.strictObject({
  device: z.string().startsWith('/dev/'),
  /** Runs of sectors, ascending. */
  runs: z.array(z.strictObject({ first: z.int().min(0), count: z.int().min(1) })),
});
export type ScanJob = z.infer<typeof ScanJob>;

export const ExecJob = z.strictObject({
  file: z.string().startsWith('/'),
  args: z.array(z.string()),
  /** Standard input, base64. */
  input: z.string().optional(),
  timeoutMs: z.int().min(1),
  environment: z.record(z.string(), z.string()).optional(),
});
export type ExecJob = z.infer<typeof ExecJob>;

export const AgentRequest = z.discriminatedUnion('method', [
  z.strictObject({ id: z.int(), method: z.literal('hello') }),
  z.strictObject({ id: z.int(), method: z.literal('exec'), params: ExecJob }),
  z.strictObject({ id: z.int(), method: z.literal('write'), params: WriteJob }),
  z.strictObject({ id: z.int(), method: z.literal('stop-writing'), params: z.strictObject({ job: z.int() }) }),
  z.strictObject({ id: z.int(), method: z.literal('scan'), params: ScanJob }),
  z.strictObject({ id: z.int(), method: z.literal('devices') }),
  z.strictObject({ id: z.int(), method: z.literal('next-helper') }),
]);
export type AgentRequest = z.infer<typeof AgentRequest>;

export const Hello = z.object({ version: z.literal(1), kernel: z.string() });
export const ExecResult = z.object({
  /** Null when a signal ended it. */
  code: z.int().nullable(),
  signal: z.string().nullable(),
  /** Of one that did not end in time: what it waits for. */
  stuck: z.string().nullable(),
  stdout: z.string(),
  stderr: z.string(),
});
export const Started = z.object({ job: z.int() });
/** Block devices of whole disks by serial number. */
export const Devices = z.record(z.string(), z.string());
export const Nothing = z.object({});

/** A run of sectors that a scan found alike. */
export const ScanRun = z.object({
  first: z.int(),
  count: z.int(),
  state: z.enum(['valid', 'blank', 'foreign', 'corrupt', 'unreadable']),
  seed: z.int().optional(),
  generation: z.int().optional(),
  error: z.string().optional(),
});
export type ScanRun = z.infer<typeof ScanRun>;

export const AgentEvent = z.discriminatedUnion('event', [
  /** Writes that the device acknowledged: generation and first sector of each. */
  z.object({ event: z.literal('written'), job: z.int(), writes: z.array(z.tuple([z.int(), z.int()])) }),
  /** All writes up to this generation are durable. */
  z.object({ event: z.literal('durable'), job: z.int(), generation: z.int() }),
  z.object({ event: z.literal('write-failed'), job: z.int(), generation: z.int(), sector: z.int(), error: z.string() }),
  z.object({ event: z.literal('flush-failed'), job: z.int(), error: z.string() }),
  z.object({ event: z.literal('write-ended'), job: z.int(), error: z.string().optional() }),
  z.object({ event: z.literal('scanned'), id: z.int(), runs: z.array(ScanRun) }),
  z.object({ event: z.literal('kernel-log'), lines: z.array(z.string()) }),
]);
export type AgentEvent = z.infer<typeof AgentEvent>;

export const AgentReply = z.union([
  z.object({ id: z.int(), result: z.unknown() }),
  z.object({ id: z.int(), error: z.string() }),
]);
