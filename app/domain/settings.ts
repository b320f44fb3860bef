import * as z from 'zod';

/** How a pair scans and moves, in the ranges of the target; see its document, "Core arguments". */
export const pairSettingsSchema = z.strictObject({
  /** KiB in a second that a scan reads at most; 0 no limit. */
  scanRateKib: z.int().min(0).max(4_194_304),
  /** From the start of one pass over main to the next; 0 only when asked. */
  scanIntervalSeconds: z.int().min(0).max(31_536_000),
  /** Reads of a block that succeeded only after retries, at which it is moved; 0 never. */
  softThreshold: z.int().min(0).max(255),
  /** Part of the spare's blocks that is free when it is called low, from which on nothing is moved ahead of errors. */
  lowSparePercent: z.int().min(0).max(100),
});
export type PairSettings = z.infer<typeof pairSettingsSchema>;

/** Some of them; what is left out stays as it is. */
export const settingsChangeSchema = pairSettingsSchema.partial();
export type SettingsChange = z.infer<typeof settingsChangeSchema>;

/** Their names in a table line and in the message `set`. */
export const settingKeys = {
  scanRateKib: 'scan_rate',
  scanIntervalSeconds: 'scan_interval',
  softThreshold: 'soft_threshold',
  lowSparePercent: 'low_spare',
} as const satisfies Record<keyof PairSettings, string>;

export const settingNames = pairSettingsSchema.keyof().options;

/** What a pair has of which nothing else was said. */
export const defaultSettings: PairSettings = {
  scanRateKib: 32_768,
  scanIntervalSeconds: 604_800,
  softThreshold: 2,
  lowSparePercent: 10,
};

/** Words of a table line or of messages: key, value, key, value. */
export function settingWords(settings: SettingsChange): [key: string, value: number][] {
  return settingNames.flatMap((name) => {
    const value = settings[name];
    return value === undefined ? [] : [[settingKeys[name], value]];
  });
}
