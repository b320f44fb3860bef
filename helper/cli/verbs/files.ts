import { OUTPUT_VERSION } from '../../../app/cli/spare.ts';
import { MAX_FILE_BLOCKS, seenAt, visibleName, type BlockOwner, type FilePlace } from '../../../app/domain/files.ts';
import { misused } from '../arguments.ts';
import { machine, type Context } from '../context.ts';
import { aligned } from '../terminal.ts';

export async function files(context: Context): Promise<number> {
  const { terminal, args } = context;
  const name = args.pairName();
  const firstBlock = args.countOperand('BLOCK') ?? 0;
  const blockCount = args.countOperand('COUNT', 1) ?? 1;
  if (blockCount > MAX_FILE_BLOCKS) {
    throw misused(args.verb, `COUNT must be a number from 1 to ${MAX_FILE_BLOCKS}`);
  }
  const answer = await machine(context)['target.files']({ name, ranges: [{ firstBlock, blockCount }] });
  if (args.has('json')) {
    terminal.line(JSON.stringify({ version: OUTPUT_VERSION, name, firstBlock, blockCount, ...answer }));
    return 0;
  }
  const heading = ['BLOCKS', 'KIND', 'INODE', 'WHAT'];
  const rows = answer.owners.flatMap((owner) => rowsFor(owner, answer.places));
  for (const line of aligned([heading, ...rows])) terminal.line(line);
  for (const place of answer.places) for (const line of notesOn(place)) terminal.note(line);
  return 0;
}

function rowsFor(owner: BlockOwner, places: readonly FilePlace[]): string[][] {
  const { firstBlock, blockCount, kind, inode, paths, morePaths, what } = owner;
  const place = owner.place === null ? undefined : places[owner.place];
  const blocks = blockCount === 1 ? String(firstBlock) : `${firstBlock}-${firstBlock + blockCount - 1}`;
  const names = paths.map((path) => visibleName((place && seenAt(place, path)) ?? path));
  const words = what === null ? [] : [visibleName(names.length === 0 ? what : `(${what})`)];
  const all = [...names, ...(morePaths ? ['(and other names)'] : []), ...words];
  const head = [blocks, kind, String(inode ?? '-')];
  return [[...head, all[0] ?? '-'], ...all.slice(1).map((text) => ['', '', '', text])];
}

function notesOn({ device, fileSystem, mounts, current, problem }: FilePlace): string[] {
  const shown = visibleName(device);
  if (problem !== null) return [`${shown}: ${visibleName(problem.remedy)}`];
  const mounted = mounts[0] === undefined ? 'not mounted' : `mounted at ${visibleName(mounts[0].at)}`;
  const late = current ? '' : ' Its newest changes may not be seen: the tables were read from the device.';
  return [`${shown}: ${visibleName(fileSystem ?? 'unknown')}, ${mounted}.${late}`];
}
