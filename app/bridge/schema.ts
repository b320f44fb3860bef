import * as z from 'zod';

import { alertRuleSchema, quietSchema, subjectIdSchema } from '../alerts/schema.ts';
import { deviceRefSchema } from '../domain/block-device.ts';
import { diskPreviewSchema } from '../domain/disk-preview.ts';
import { fileRangesSchema, filesAnswerSchema } from '../domain/files.ts';
import { readTimesSchema } from '../domain/region.ts';
import { isScanOrder, RANGE_WITHOUT_START, scanDoingSchema, scanOrder } from '../domain/scan.ts';
import { intentSchema, planSchema } from '../domain/plan.ts';
import { pairSettingsSchema, settingsChangeSchema } from '../domain/settings.ts';
import { selfTestKindSchema } from '../domain/smart.ts';
import {
  causeSchema,
  remapRowSchema,
  targetEventSchema,
  targetNameSchema,
  targetStatusSchema,
} from '../domain/target.ts';
import { countSchema } from '../domain/units.ts';
import { errorDataSchema } from '../errors.ts';
import { countersSchema } from '../history/counters.ts';
import { historyAnswerSchema, historyPointSchema, MAX_POINTS } from '../history/schema.ts';
import { MAX_CELLS, MAX_ROWS } from '../protocol/methods.ts';
import { packedHealthSchema } from './health-pack.ts';
import { labActionSchema } from './lab.ts';
import { connectionIdSchema, snapshotSchema } from './snapshot.ts';

const onConnection = z.strictObject({ connection: connectionIdSchema });
const onTarget = onConnection.extend({ name: targetNameSchema });
const onDisk = onConnection.extend(deviceRefSchema.shape);
/** A pair by its UUID: its history outlives its name and its being there. */
const ofPair = onConnection.extend({ device: z.string().min(1).max(64) });
const nothing = z.strictObject({});

/** Order and selection of the remap table. The broker sorts and filters: the table may have a million rows. */
export const remapsQuerySchema = onTarget.extend({
  sort: z.enum(['block', 'spareBlock', 'state', 'cause', 'seconds', 'resident']),
  descending: z.boolean(),
  filter: z.strictObject({
    states: z.array(remapRowSchema.shape.state),
    causes: z.array(causeSchema),
    /** Inclusive block range; null for no bound. */
    fromBlock: countSchema.nullable(),
    toBlock: countSchema.nullable(),
    /** Only blocks that are not wholly on the spare. */
    partialOnly: z.boolean(),
  }),
  offset: countSchema,
  limit: z.number().int().min(1).max(MAX_ROWS),
});
export type RemapsQuery = z.infer<typeof remapsQuerySchema>;

/**
 * What the renderer may ask of the broker: the one place where it is written. Both hosts derive their wiring from it,
 * the broker its handlers, the renderer its calls, tests their doubles.
 */
export const requests = {
  'snapshot.get': { params: nothing, result: z.strictObject({ version: countSchema, snapshot: snapshotSchema }) },
  'connection.open': { params: onConnection, result: nothing },
  'connection.close': { params: onConnection, result: nothing },
  /** The disks as far as they may be seen before the connection is opened: nobody is asked for a password. */
  'devices.preview': { params: onConnection, result: z.strictObject({ disks: z.array(diskPreviewSchema).max(4096) }) },
  /** Looks anew at the disks and at what the machine can do. */
  'devices.refresh': { params: onConnection, result: nothing },
  /** Whether the kernel module can be installed as a package; nobody is asked for a password. */
  'module.offer': { params: onConnection, result: z.strictObject({ offered: z.boolean() }) },
  /** Installs the kernel module's package, after asking for an administrator's password; minutes where it is built. */
  'module.install': { params: onConnection, result: nothing },
  plan: {
    params: onConnection.extend({
      intent: intentSchema,
      /** Nobody chose the name of a pair to activate: the one that it had goes before it, where that is free. */
      nameIsProposal: z.boolean().optional(),
    }),
    result: planSchema,
  },
  apply: {
    params: onConnection.extend({ token: planSchema.shape.token, confirmation: z.string().max(256).nullable() }),
    result: z.strictObject({ name: targetNameSchema, path: z.string().max(4096).nullable() }),
  },
  'target.health': {
    params: onTarget.extend({
      firstBlock: countSchema,
      blockCount: z.number().int().min(1),
      cells: z.number().int().min(1).max(MAX_CELLS),
    }),
    result: z.strictObject({ cells: packedHealthSchema }),
  },
  /** When a scan last read each region of main; `regions-unavailable` where that machine does not tell it. */
  'target.readTimes': { params: onTarget, result: readTimesSchema },
  'target.remaps': {
    params: remapsQuerySchema,
    result: z.strictObject({ rows: z.array(remapRowSchema), matched: countSchema, total: countSchema }),
  },
  /** Mapped and pending blocks at or after `fromBlock`, ascending: for walking problems on the heatmap. */
  'target.remapsAt': {
    params: onTarget.extend({ fromBlock: countSchema, limit: z.number().int().min(1).max(MAX_ROWS) }),
    result: z.strictObject({ rows: z.array(remapRowSchema) }),
  },
  /** The newest events that the spare has below the number `before`, ascending; fewer than `max` where there are no more. */
  'target.events': {
    params: onTarget.extend({ before: countSchema, max: z.number().int().min(1).max(MAX_ROWS) }),
    result: z.strictObject({ events: z.array(targetEventSchema) }),
  },
  'target.remap': {
    params: onTarget.extend({ block: countSchema, blockCount: z.number().int().min(1).max(65_536) }),
    result: targetStatusSchema,
  },
  'target.unmap': { params: onTarget.extend({ block: countSchema }), result: targetStatusSchema },
  'target.continue': { params: onTarget, result: targetStatusSchema },
  /** Changes how a pair scans and moves, now and where it is activated again through this connection. */
  'target.set': { params: onTarget.extend({ settings: settingsChangeSchema }), result: pairSettingsSchema },
  'target.scan': {
    params: onTarget.extend(scanOrder).refine(isScanOrder, RANGE_WITHOUT_START),
    result: targetStatusSchema,
  },
  /** What the scan that runs is doing; null when none runs or it is not told. Brings the status in the snapshot up to date. */
  'target.scanDoing': { params: onTarget, result: z.strictObject({ doing: scanDoingSchema.nullable() }) },
  /** Which files lie on blocks; reads the file system's tables. One question at a time on a connection. */
  'target.files': { params: onTarget.extend({ ranges: fileRangesSchema }), result: filesAnswerSchema },
  /** Ends that question. */
  'target.filesStop': { params: onConnection, result: nothing },
  /** Asks a whole disk for its health now; the answer is in the snapshot when it resolves. */
  'smart.read': { params: onDisk, result: nothing },
  /** Starts or stops a self-test of a whole disk; it is followed in the snapshot. */
  'smart.test': { params: onDisk.extend({ kind: selfTestKindSchema }), result: nothing },
  /** Readings and events that were kept, between two moments (Unix time in milliseconds), in at most `points` points. */
  'history.samples': {
    params: ofPair
      .extend({ from: countSchema, to: countSchema, points: z.number().int().min(1).max(MAX_POINTS) })
      .refine(({ from, to }) => from <= to, 'the range ends before it begins'),
    result: historyAnswerSchema,
  },
  /** The newest reading at or before a moment (Unix time in milliseconds). */
  'history.at': {
    params: ofPair.extend({ milliseconds: countSchema }),
    result: z.strictObject({ point: historyPointSchema.nullable() }),
  },
  /** How the counters of damage of a whole disk changed, as long as they are kept. */
  'history.counters': { params: onDisk, result: z.strictObject({ counters: countersSchema }) },
  /** Takes note of an alert, of all of a subject where `rule` is null, of all where both are. */
  'alerts.acknowledge': {
    params: onConnection.extend({ subject: subjectIdSchema.nullable(), rule: alertRuleSchema.nullable() }),
    result: nothing,
  },
  'alerts.mute': { params: onConnection.extend({ subject: subjectIdSchema, muted: z.boolean() }), result: nothing },
  /** Quiet hours of every connection. */
  'alerts.quiet': { params: z.strictObject({ quiet: quietSchema.nullable() }), result: nothing },
  'lab.act': { params: z.strictObject({ act: labActionSchema }), result: nothing },
} as const;

export type RequestName = keyof typeof requests;
export type RequestParams<R extends RequestName> = z.infer<(typeof requests)[R]['params']>;
export type RequestResult<R extends RequestName> = z.infer<(typeof requests)[R]['result']>;

export function isRequestName(name: string): name is RequestName {
  return Object.hasOwn(requests, name);
}

/** A change of the snapshot as immer makes it: set, add to or remove from the place that `path` names. */
export const patchSchema = z.strictObject({
  op: z.enum(['replace', 'remove', 'add']),
  path: z.array(z.union([z.string(), z.number()])),
  value: z.unknown().optional(),
});

/** What the broker says unasked. */
export const events = {
  /** Brings version `from` to `to`; a renderer that holds another version asks for the snapshot again. */
  patch: z.strictObject({ from: countSchema, to: countSchema, patches: z.array(patchSchema) }),
} as const;

export type EventName = keyof typeof events;
export type EventPayload<E extends EventName> = z.infer<(typeof events)[E]>;

/** The bridge as the renderer sees it, the same in Electron and in a browser. Calls reject with `AppError`. */
export interface Bridge {
  call<R extends RequestName>(name: R, params: RequestParams<R>): Promise<RequestResult<R>>;
  /** Returns the function that ends the subscription. */
  on<E extends EventName>(name: E, listener: (payload: EventPayload<E>) => void): () => void;
  /** Told when the way to the broker is lost or back; the renderer asks for the snapshot when it is back. */
  onLink(listener: (up: boolean) => void): () => void;
}

/** An answer on the wire of either host: errors travel as data, never as a thrown text. */
export const answerSchema = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), result: z.unknown() }),
  z.strictObject({ ok: z.literal(false), error: errorDataSchema }),
]);
export type Answer = z.infer<typeof answerSchema>;

/** Frames of the browser host's WebSocket. */
export const socketRequestSchema = z.strictObject({
  id: countSchema,
  name: z.string().max(64),
  params: z.unknown(),
});
export const socketMessageSchema = z.union([
  z.strictObject({ id: countSchema, answer: answerSchema }),
  z.strictObject({ event: z.string().max(64), payload: z.unknown() }),
]);
/** A renderer's frame may be this long; a longer one closes the socket. */
export const MAX_SOCKET_FRAME_BYTES = 1024 * 1024;
