import * as z from 'zod';

import { blockDeviceSchema, deviceRefSchema, reasonSchema } from './block-device.ts';
import { pairSettingsSchema } from './settings.ts';
import { targetNameSchema } from './target.ts';
import { countSchema } from './units.ts';

/** What may be planned. `create` erases the spare; `remove` ends the pair and erases what it stored on the spare. */
export const intentSchema = z.discriminatedUnion('action', [
  z.strictObject({
    action: z.literal('create'),
    main: deviceRefSchema,
    spare: deviceRefSchema,
    name: targetNameSchema,
    /** Block size in sectors: a power of two from main's logical block size to 128. */
    blockSectors: z.number().int().min(1).max(128),
    /** The user agrees that what the spare holds is erased. Without it a spare with content is refused. */
    eraseSpare: z.boolean(),
  }),
  z.strictObject({
    action: z.literal('activate'),
    spare: deviceRefSchema,
    main: deviceRefSchema,
    name: targetNameSchema,
    /** The target's own where they are left out. */
    settings: pairSettingsSchema.optional(),
  }),
  z.strictObject({ action: z.literal('deactivate'), name: targetNameSchema }),
  z.strictObject({ action: z.literal('remove'), name: targetNameSchema }),
]);
export type Intent = z.infer<typeof intentSchema>;
export type Action = Intent['action'];

/** What would happen to one device. */
export const planEntrySchema = z.strictObject({
  role: z.enum(['main', 'spare', 'mapping']),
  /** null for a mapping that does not exist yet. */
  device: blockDeviceSchema.nullable(),
  title: z.string().max(256),
  holds: z.string().max(1000),
  willHappen: z.string().max(1000),
  destructive: z.boolean(),
});

export const planStepSchema = z.strictObject({ id: z.string().max(64), text: z.string().max(256) });

export const planSchema = z.strictObject({
  /** Bound to the devices as they were seen; good once, for ten minutes. */
  token: z.string().regex(/^[0-9a-f]{32}$/),
  intent: intentSchema,
  entries: z.array(planEntrySchema),
  /** Set when the plan cannot be applied; the sentences of level `block` say why. */
  reasons: z.array(reasonSchema),
  applicable: z.boolean(),
  steps: z.array(planStepSchema),
  /** The commands that would run, for those who want to read them. Arguments are shown quoted for a shell. */
  commands: z.array(z.string().max(4096)),
  /** What has to be typed before `apply`: null where nothing is destroyed. */
  confirm: z.strictObject({ kind: z.enum(['serial-tail', 'name']), text: z.string().min(1).max(256) }).nullable(),
  spareBlocks: countSchema.nullable(),
});
export type Plan = z.infer<typeof planSchema>;

export const stepProgressSchema = z.strictObject({
  token: planSchema.shape.token,
  step: planStepSchema.shape.id,
  state: z.enum(['running', 'done', 'failed', 'undone']),
});
export type StepProgress = z.infer<typeof stepProgressSchema>;

/** What has to be typed to confirm a plan that destroys something on `device`: its serial's last four characters. */
export function confirmationFor(device: { serial: string | null; name: string }): {
  kind: 'serial-tail' | 'name';
  text: string;
} {
  const serial = device.serial?.trim() ?? '';
  return serial.length >= 4 ? { kind: 'serial-tail', text: serial.slice(-4) } : { kind: 'name', text: device.name };
}
