import {
  seenAt,
  visibleName,
  type BlockOwner,
  type FilePlace,
  type FilesAnswer,
  type OwnerKind,
} from '../../app/domain/files.ts';
import { formatCounted } from '../../app/domain/units.ts';
import { HIDDEN } from '../identity/redact.ts';
import { blocksText } from './heatmap.ts';

export const ownerWords: Readonly<Record<OwnerKind, string>> = {
  file: 'File',
  directory: 'Folder',
  metadata: 'The file system’s own tables',
  free: 'Free: no file lies here',
  unknown: 'Not known',
};

/** One owner with all its blocks. */
export interface OwnedBlocks {
  readonly owner: BlockOwner;
  /** `Block 7`, `Blocks 9 – 12`. */
  readonly blocks: readonly string[];
}

/** Rows of one owner put together: files first, then folders, tables, what is not known, and what is free. */
export function byOwner({ owners }: FilesAnswer): OwnedBlocks[] {
  const order: readonly OwnerKind[] = ['file', 'directory', 'metadata', 'unknown', 'free'];
  const groups = Map.groupBy(owners, ({ firstBlock: _first, blockCount: _count, ...owner }) => JSON.stringify(owner));
  return [...groups.values()]
    .flatMap((rows) => {
      const [owner] = rows;
      return owner === undefined
        ? []
        : [{ owner, blocks: rows.map(({ firstBlock, blockCount }) => blocksText(firstBlock, blockCount)) }];
    })
    .sort((a, b) => order.indexOf(a.owner.kind) - order.indexOf(b.owner.kind));
}

/** The names of an owner as a person may see them: where it is mounted, else from the root of the file system. */
export function namesOf({ paths, place }: BlockOwner, places: readonly FilePlace[]): string[] {
  const at = place === null ? undefined : places[place];
  return paths.map((path) => visibleName((at === undefined ? null : seenAt(at, path)) ?? path));
}

/** What there is beside a name: the kind of table, or why there is no name. */
export function asideOf({ what, morePaths, inode, kind }: BlockOwner): string {
  const numbered = inode === null || kind === 'metadata' ? null : `inode ${inode}`;
  return [what === null ? null : visibleName(what), morePaths ? 'and other names' : null, numbered]
    .filter((text) => text !== null)
    .join(' · ');
}

/** How many of what lie there: `2 files and 1 folder`; null where nothing that has a name does. */
export function countsOf(groups: readonly OwnedBlocks[]): string | null {
  const of = (kind: OwnerKind, one: string): string[] => {
    const count = groups.filter(({ owner }) => owner.kind === kind).length;
    return count === 0 ? [] : [formatCounted(count, one)];
  };
  const counts = [...of('file', 'file'), ...of('directory', 'folder')];
  return counts.length === 0 ? null : counts.join(' and ');
}

/** The answer as lines of text, for a ticket or a list of what to restore. */
export function filesText(answer: FilesAnswer, named: boolean): string {
  const lines = byOwner(answer).map(({ owner, blocks }) => {
    const names = namesOf(owner, answer.places);
    const shown = named ? names : names.map(() => HIDDEN);
    const aside = asideOf(owner);
    const facts = [ownerWords[owner.kind], ...shown, ...(aside === '' ? [] : [aside]), blocks.join(', ')];
    return facts.join('\t');
  });
  return `${lines.join('\n')}\n`;
}
