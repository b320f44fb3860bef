import * as z from 'zod';

import { countSchema } from './units.ts';

/** Blocks that one question may be about at most, all ranges together. */
export const MAX_FILE_BLOCKS = 1024;
/** Ranges of one question at most. */
export const MAX_FILE_RANGES = 256;
/** Names of one owner that are told at most; a file may have thousands. */
export const MAX_PATHS = 16;
/** Rows of one answer at most. */
export const MAX_OWNERS = 4096;

/** Blocks of a pair. */
export const fileRangeSchema = z.strictObject({ firstBlock: countSchema, blockCount: z.number().int().min(1) });
export type FileRange = z.infer<typeof fileRangeSchema>;

export const fileRangesSchema = z
  .array(fileRangeSchema)
  .min(1)
  .max(MAX_FILE_RANGES)
  .refine(
    (ranges) => ranges.reduce((sum, { blockCount }) => sum + blockCount, 0) <= MAX_FILE_BLOCKS,
    `at most ${MAX_FILE_BLOCKS} blocks at once`,
  );

/** `metadata`: tables of the file system. `unknown`: `what` says why nobody can say. */
export const ownerKindSchema = z.enum(['file', 'directory', 'metadata', 'free', 'unknown']);
export type OwnerKind = z.infer<typeof ownerKindSchema>;

/** What lies on some blocks of a pair. A block on which several things lie is in as many rows. */
export const blockOwnerSchema = fileRangeSchema.extend({
  kind: ownerKindSchema,
  /** Number of the file in its file system, where the tool tells it. */
  inode: countSchema.nullable(),
  /**
   * Names from the root of the file system, each beginning with `/`. They are whatever somebody wrote to the disk: show
   * them through {@link visibleName} only.
   */
  paths: z.array(z.string().max(4096)).max(MAX_PATHS),
  /** There are more names than are told. */
  morePaths: z.boolean(),
  /** What it is when it is no named file (`journal`), or what to know about the answer; a phrase. */
  what: z.string().max(300).nullable(),
  /** Index into `places`; null where no place could be found. */
  place: countSchema.nullable(),
});
export type BlockOwner = z.infer<typeof blockOwnerSchema>;

/** A device with a file system, or with something that is none, on the blocks that were asked about. */
export const filePlaceSchema = z.strictObject({
  /** What people call it: `/dev/mapper/safe`. */
  device: z.string().max(4096),
  /** As blkid calls it; null where it finds none. */
  fileSystem: z.string().max(64).nullable(),
  /** Where it is mounted, and which folder of the file system is seen there. */
  mounts: z.array(z.strictObject({ at: z.string().max(4096), root: z.string().max(4096) })).max(100),
  /** False where what was last changed may not be seen: the tables were read from the device while they are in use. */
  current: z.boolean(),
  /** Why nothing is known of it. */
  problem: z.strictObject({ sentence: z.string().max(2000), remedy: z.string().max(2000) }).nullable(),
});
export type FilePlace = z.infer<typeof filePlaceSchema>;

export const filesAnswerSchema = z.strictObject({
  /** Ascending by block. */
  owners: z.array(blockOwnerSchema).max(MAX_OWNERS),
  places: z.array(filePlaceSchema).max(MAX_OWNERS),
});
export type FilesAnswer = z.infer<typeof filesAnswerSchema>;

/** Where a path of a file system is seen on the machine; null where it is not mounted or another folder of it is. */
export function seenAt({ mounts }: Pick<FilePlace, 'mounts'>, path: string): string | null {
  for (const { at, root } of mounts) {
    const below =
      root === '/' ? path : path === root ? '/' : path.startsWith(`${root}/`) ? path.slice(root.length) : null;
    if (below !== null) return `${at === '/' ? '' : at}${below}`;
  }
  return null;
}

/**
 * A name as it may be shown: what cannot be seen or would change how its surroundings are read (control characters,
 * marks of writing direction, line ends, blanks that are not the common one) stands as an escape, and a backslash is
 * doubled, so that no name can look like another.
 */
export function visibleName(name: string): string {
  return name.replaceAll(
    /[\\\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}|\p{Default_Ignorable_Code_Point}/gu,
    (character) => {
      if (character === '\\') return '\\\\';
      if (character === '\n') return '\\n';
      if (character === '\t') return '\\t';
      return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
    },
  );
}
