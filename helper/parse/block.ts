import * as z from 'zod';

import type { Content } from '../../app/domain/block-device.ts';
import { linesOf, unreadable } from './fault.ts';

/** What is asked of lsblk: flat, sizes in bytes, empty devices too. */
export const lsblkArguments = [
  '-J',
  '-b',
  '-l',
  '-a',
  '-o',
  'NAME,KNAME,PATH,MAJ:MIN,TYPE,SIZE,RO,RM,ROTA,MODEL,SERIAL,TRAN,LOG-SEC,PHY-SEC',
] as const;

const text = z.string().nullable();
const lsblkDeviceSchema = z.object({
  name: z.string().min(1),
  kname: z.string().min(1),
  path: z.string().min(1),
  'maj:min': z
    .string()
    .transform((value) => value.trim())
    .pipe(z.string().regex(/^\d{1,5}:\d{1,8}$/)),
  type: z.string().min(1),
  size: z.number().int().nonnegative().nullable(),
  ro: z.boolean(),
  rm: z.boolean(),
  rota: z.boolean(),
  model: text,
  serial: text,
  tran: text,
  'log-sec': z.number().int().positive(),
  'phy-sec': z.number().int().positive(),
});
export type LsblkDevice = z.infer<typeof lsblkDeviceSchema>;

/** Reads `lsblk` as {@link lsblkArguments} asks for it; a device that hangs on several others is given once. */
export function parseLsblk(json: string): LsblkDevice[] {
  const what = 'the list of disks';
  let raw: unknown;
  try {
    raw = JSON.parse(json);
  } catch {
    throw unreadable(what, json);
  }
  const parsed = z.object({ blockdevices: z.array(lsblkDeviceSchema) }).safeParse(raw);
  if (!parsed.success) throw unreadable(what, `${z.prettifyError(parsed.error)}\n${json}`);
  return [...new Map(parsed.data.blockdevices.map((device) => [device['maj:min'], device])).values()];
}

function blkidFields(output: string): Map<string, string> {
  return new Map(
    linesOf(output).map((line) => {
      const cut = line.indexOf('=');
      if (cut < 1) throw unreadable('what is on a disk', line);
      return [line.slice(0, cut), unescape(line.slice(cut + 1))] as const;
    }),
  );
}

/** What `blkid -p -o export` found on one device; the caller knows from its exit code that it found something. */
export function parseBlkid(output: string): Content {
  const fields = blkidFields(output);
  const type = fields.get('TYPE');
  const tableType = fields.get('PTTYPE');
  const name = type ?? tableType;
  if (name === undefined) throw unreadable('what is on a disk', output);
  const isTable = type === undefined;
  return {
    type: name.slice(0, 64),
    usage: isTable ? 'partition-table' : usageOf(fields.get('USAGE')),
    label: fields.get('LABEL')?.slice(0, 256) ?? null,
    uuid: (isTable ? fields.get('PTUUID') : fields.get('UUID'))?.slice(0, 128) ?? null,
  };
}

function usageOf(word: string | undefined): Content['usage'] {
  switch (word) {
    case 'filesystem':
    case 'raid':
    case 'crypto':
      return word;
    case undefined:
    default:
      return 'other';
  }
}

/** blkid writes unsafe characters of a value with a backslash before them. */
function unescape(value: string): string {
  return value.replaceAll(/\\(.)/g, '$1');
}
