import { NO_SEQUENCE, SEVERAL_MOVED, type Said } from './mapping.ts';

/** How two readers judged one image. */
export type Judgement =
  | { readonly kind: 'both' | 'neither' }
  /** Only one accepts it, and what it accepts contradicts no entry of the table; told, not a failure. */
  | { readonly kind: 'known'; readonly reason: string }
  /** A finding. */
  | { readonly kind: 'difference'; readonly reason: string };

interface Known {
  readonly accepts: 'module' | 'reader';
  /** What the one that refuses says, as a whole for the reader, in part for the module. */
  readonly refusal: string;
  /** What the reader adds to its acceptance. */
  readonly remark?: string;
  readonly reason: string;
}

const known: readonly Known[] = [
  {
    accepts: 'module',
    refusal: 'superblock contradiction',
    reason: 'superblocks of one sequence differ in bytes that say nothing; the reader refuses',
  },
  {
    accepts: 'module',
    refusal: 'superblock numbers',
    reason: 'an older superblock that does not hold has numbers that cannot be; the reader refuses',
  },
  {
    accepts: 'module',
    refusal: 'superblock contradiction, superblock numbers',
    reason: 'both of these; the reader refuses',
  },
  {
    accepts: 'reader',
    refusal: 'holds no metadata',
    remark: NO_SEQUENCE,
    reason: 'the superblocks have sequence 0, which is never written; the module refuses',
  },
  {
    accepts: 'reader',
    refusal: 'needs a newer version of the module',
    reason: 'a superblock that does not hold has a ro_compat feature; the module refuses',
  },
  {
    accepts: 'reader',
    refusal: 'contradicts itself',
    remark: SEVERAL_MOVED,
    reason: 'a main block is mapped three times and the newest is unique; the module refuses if it meets it last',
  },
  {
    accepts: 'reader',
    refusal: 'no main is that large',
    reason: 'main is larger than a block device can be',
  },
];

/** Judges what module and reader say of the same image. What both accept must map the same. */
export function judge(module: Said, reader: Said): Judgement {
  const same =
    module.spare === reader.spare && module.moved === reader.moved && module.mapping?.join() === reader.mapping?.join();
  if (module.accepted && reader.accepted) {
    return same ? { kind: 'both' } : { kind: 'difference', reason: 'both accept it, and map it differently' };
  }
  if (!module.accepted && !reader.accepted) return { kind: 'neither' };
  const found = known.find(({ accepts, refusal, remark = '' }) =>
    accepts === 'module'
      ? module.accepted && reader.why === refusal && same
      : reader.accepted && module.why.includes(refusal) && reader.why === remark,
  );
  if (found !== undefined) return { kind: 'known', reason: found.reason };
  if (!module.accepted) return { kind: 'known', reason: `only the module refuses: ${module.why}` };
  return { kind: 'difference', reason: `the module accepts what the reader refuses: ${reader.why}` };
}
