import { blockCount } from '../../app/domain/target.ts';
import { MAX_OWNERS, type FilePlace, type FileRange, type FilesAnswer } from '../../app/domain/files.ts';
import { AppError, appError, type ErrorData } from '../../app/errors.ts';
import { readInfo, readTable, targetMissing } from '../mappings.ts';
import { toolRemedy, findTool, type ToolName } from '../run.ts';
import { askBtrfs } from './btrfs.ts';
import { askExt } from './ext.ts';
import { askNtfs } from './ntfs.ts';
import { findPlaces, lookHere, mountsOf, type Place } from './places.ts';
import type { RunTool } from './question.ts';
import { nameless, piecesOf, rowsOf, type OwnedSpan } from './spans.ts';
import type { AskVolume } from './volume.ts';
import { askXfs } from './xfs.ts';

/** The file systems that can be asked, as blkid calls them, with the tools it takes. */
const fileSystems: Readonly<Record<string, { readonly ask: AskVolume; readonly tools: readonly ToolName[] }>> = {
  ext2: { ask: askExt, tools: ['debugfs', 'dumpe2fs'] },
  ext3: { ask: askExt, tools: ['debugfs', 'dumpe2fs'] },
  ext4: { ask: askExt, tools: ['debugfs', 'dumpe2fs'] },
  xfs: { ask: askXfs, tools: ['xfs_db', 'xfs_io', 'find'] },
  btrfs: { ask: askBtrfs, tools: ['btrfs'] },
  ntfs: { ask: askNtfs, tools: ['ntfscluster'] },
};

/**
 * Says what lies on blocks of a pair: looks for the file systems on it and asks each by its own tools, which read its
 * tables. Rejects when nothing at all could be told; what could not be told of one place only is in that place.
 */
export async function filesOn(name: string, ranges: readonly FileRange[], run: RunTool): Promise<FilesAnswer> {
  const info = await readInfo(name);
  if (info === null) throw targetMissing(name);
  const table = await readTable(name);
  const blocks = blockCount(table);
  const beyond = ranges.find(({ firstBlock, blockCount: count }) => firstBlock + count > blocks);
  if (beyond !== undefined) throw beyondEnd(name, beyond, blocks);
  if (info.suspended) {
    throw appError('busy', `"${name}" is suspended: nothing can be read from it now.`, 'Resume it, then ask again.');
  }
  const pieces = piecesOf(ranges, table.blockSectors, table.lengthSectors);
  const path = `/dev/mapper/${name}`;
  const found = await findPlaces(lookHere(run), { devno: info.devno, path, device: path }, pieces);
  const answers: FilesAnswer = { owners: [], places: [] };
  const problems: ErrorData[] = [];
  for (const [index, place] of found.entries()) {
    const told = await askPlace(place, run);
    if (told.problem !== null) problems.push(told.problem);
    const unknown = place.pieces.map(({ first, count }): OwnedSpan => ({
      first,
      count,
      ...nameless('unknown', told.problem?.sentence.slice(0, 300) ?? null),
    }));
    answers.places.push(told.place);
    answers.owners.push(...rowsOf(place.pieces, told.owned ?? unknown, table.blockSectors, index));
  }
  const [problem] = problems;
  if (problem !== undefined && problems.length === found.length) throw new AppError(problem);
  if (answers.owners.length > MAX_OWNERS) throw tooMany();
  answers.owners.sort((a, b) => a.firstBlock - b.firstBlock);
  return answers;
}

interface Told {
  readonly place: FilePlace;
  readonly owned: readonly OwnedSpan[] | null;
  readonly problem: ErrorData | null;
}

async function askPlace(place: Place, run: RunTool): Promise<Told> {
  const { layer, content, pieces } = place;
  const type = content === null || content === 'unreadable' ? null : content.type;
  const mounts = await mountsOf(layer.devno);
  const told = {
    device: layer.device,
    fileSystem: type,
    mounts: mounts.slice(0, 100).map(({ at, root }) => ({ at, root })),
  };
  try {
    if (place.dead !== null) throw appError('no-file-system', place.dead.sentence, place.dead.remedy);
    const { ask, tools } = supported(layer.device, type ?? '');
    for (const tool of tools) if (findTool(tool) === null) throw missing(tool, type ?? '');
    const { owned, current } = await ask({ path: layer.path, device: layer.device, mounts }, pieces, run);
    return { place: { ...told, current, problem: null }, owned, problem: null };
  } catch (thrown) {
    // What ends the whole question ends it here too.
    if (!(thrown instanceof AppError) || ['cancelled', 'timeout', 'busy'].includes(thrown.code)) throw thrown;
    const { sentence, remedy } = thrown.data;
    return { place: { ...told, current: true, problem: { sentence, remedy } }, owned: null, problem: thrown.data };
  }
}

function supported(device: string, type: string): (typeof fileSystems)[string] {
  const known = Object.hasOwn(fileSystems, type) ? fileSystems[type] : undefined;
  if (known !== undefined) return known;
  throw appError(
    'no-file-system',
    `${device} holds a file system of the type ${type}, which cannot be asked which file lies on a block.`,
    'ext2, ext3, ext4, xfs, btrfs and NTFS can. Look for a tool of that file system itself.',
  );
}

function missing(tool: ToolName, type: string): AppError {
  return appError(
    'tool-missing',
    `The program ${tool} is not installed. It takes it to say which file of ${type} lies on a block.`,
    toolRemedy(tool),
  );
}

function tooMany(): AppError {
  return appError('bad-request', `There are more than ${MAX_OWNERS} files on these blocks.`, 'Ask for fewer blocks.');
}

function beyondEnd(name: string, { firstBlock, blockCount: count }: FileRange, blocks: number): AppError {
  return appError(
    'bad-request',
    `"${name}" has ${blocks} blocks: those from ${firstBlock} to ${firstBlock + count - 1} are not all there.`,
    `Ask for blocks from 0 to ${blocks - 1}.`,
  );
}
