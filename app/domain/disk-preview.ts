import * as z from 'zod';

import { countSchema } from './units.ts';

/** A disk as a user without rights sees it: no serial number, no health, and contents only as udev remembers them. */
export const diskPreviewSchema = z.strictObject({
  /** Kernel name without /dev/. */
  name: z.string().max(256),
  model: z.string().max(256).nullable(),
  sizeBytes: countSchema,
  rotational: z.boolean(),
  /** How it is attached: `sata`, `nvme`, `usb`, …; null where that is not known. */
  transport: z.string().max(64).nullable(),
  /** File systems and the like on it and its partitions; empty where nothing is known. */
  contents: z.array(z.strictObject({ type: z.string().max(64), label: z.string().max(256).nullable() })).max(256),
  /** Where it or a part of it is mounted. */
  mountedAt: z.array(z.string().max(4096)).max(256),
});
export type DiskPreview = z.infer<typeof diskPreviewSchema>;

/** What is asked of lsblk(8): a tree, sizes in bytes, columns that need no rights and that old versions have too. */
export const previewArguments = [
  '--json',
  '--bytes',
  '--output',
  'NAME,TYPE,SIZE,MODEL,ROTA,TRAN,FSTYPE,LABEL,MOUNTPOINT',
] as const;

const text = z.string().nullable().optional();
const fields = { type: z.string(), fstype: text, label: text, mountpoint: text };

interface Node {
  readonly type: string;
  readonly fstype?: string | null | undefined;
  readonly label?: string | null | undefined;
  readonly mountpoint?: string | null | undefined;
  readonly children?: readonly Node[] | undefined;
}
const nodeSchema: z.ZodType<Node> = z.object({
  ...fields,
  get children() {
    return z.array(nodeSchema).optional();
  },
});
const outputSchema = z.object({
  blockdevices: z.array(
    z.object({
      ...fields,
      name: z.string().min(1).max(256),
      size: countSchema.nullable(),
      model: text,
      rota: z.boolean(),
      tran: text,
      children: z.array(nodeSchema).optional(),
    }),
  ),
});

/** The disks in what lsblk printed for {@link previewArguments}, empty drives left out; null when it cannot be read. */
export function parsePreview(json: string): DiskPreview[] | null {
  let raw: unknown;
  try {
    raw = JSON.parse(json);
  } catch {
    return null;
  }
  const output = outputSchema.safeParse(raw);
  if (!output.success) return null;
  return output.data.blockdevices
    .filter(({ type, name, size }) => type === 'disk' && (size ?? 0) > 0 && !/^(zram|ram)\d/.test(name))
    .map((disk) => {
      const nodes = [...walk(disk)];
      const model = disk.model?.trim() ?? '';
      return {
        name: disk.name,
        model: model === '' ? null : model.slice(0, 256),
        sizeBytes: disk.size ?? 0,
        rotational: disk.rota,
        transport: disk.tran?.slice(0, 64) ?? null,
        contents: nodes
          .flatMap(({ fstype, label }) =>
            typeof fstype === 'string' ? [{ type: fstype.slice(0, 64), label: label?.slice(0, 256) ?? null }] : [],
          )
          .slice(0, 256),
        mountedAt: nodes
          .flatMap(({ mountpoint }) => (typeof mountpoint === 'string' ? [mountpoint.slice(0, 4096)] : []))
          .slice(0, 256),
      };
    });
}

function* walk(node: Node): Generator<Node> {
  yield node;
  for (const child of node.children ?? []) yield* walk(child);
}
