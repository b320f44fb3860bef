import { OUTPUT_VERSION, type DumpEntry, type SpareSummary } from '../../../app/cli/spare.ts';
import { appError } from '../../../app/errors.ts';
import { UNIT_SECTORS } from '../../layout.ts';
import { checkSpare } from '../../spare/check.ts';
import type { Entry } from '../../spare/entries.ts';
import { movedOf } from '../../spare/moved.ts';
import type { SavedState } from '../../spare/state.ts';
import type { Context } from '../context.ts';
import { JsonObject, plain, type Terminal } from '../terminal.ts';
import { timeOf } from '../words.ts';
import { findingLine, withSpare } from './offline.ts';

/** Prints what holds. What is wrong goes to standard error; where a part is lost, the exit status says so. */
export function dump(context: Context): Promise<number> {
  return withSpare(context, 'read', async (file) => {
    const { terminal, args } = context;
    const entries: Entry[] = [];
    const { verdict, superblock, summary, state, superseded } = await checkSpare(
      file,
      (finding) => terminal.note(findingLine(finding, terminal)),
      (entry) => entries.push(entry),
    );
    if (superblock === null || summary === null) {
      throw appError('device-unusable', `There is no superblock on ${file.path} to go by.`, 'See dm-remap check.');
    }
    const complete = verdict !== 'unrepairable';
    const moved = movedOf(superblock.layout).map(({ copy, unit, place }) => ({
      copy,
      unit,
      sector: place * UNIT_SECTORS,
    }));
    const rows = entries.map((entry) => rowOf(entry, superseded));
    if (args.has('json')) {
      const saved = state === null ? null : { ...state, sequence: String(state.sequence) };
      const head = { version: OUTPUT_VERSION, path: file.path, complete, spare: summary, moved, state: saved };
      const json = new JsonObject(terminal, head, 'entries');
      for (const row of rows) json.row(row);
      json.end();
    } else {
      printSummary(terminal, summary);
      for (const { copy, unit, sector } of moved) terminal.line(`moved copy ${copy} unit ${unit} sector ${sector}`);
      printState(terminal, state);
      for (const row of rows) terminal.line(entryLine(row));
    }
    return complete ? 0 : 1;
  });
}

function rowOf(entry: Entry, superseded: ReadonlySet<number>): DumpEntry {
  const { spareBlock } = entry;
  if (entry.state === 'bad' || superseded.has(spareBlock)) return { spareBlock, state: 'bad' };
  const { block, mask, lost, cause, seconds } = entry;
  return { spareBlock, state: 'mapped', block, residency: mask.toString(16), lost: lost.toString(16), cause, seconds };
}

function printSummary(terminal: Terminal, summary: SpareSummary): void {
  for (const [name, value] of Object.entries(summary)) terminal.line(`${name} ${value ?? '-'}`);
}

function printState(terminal: Terminal, state: SavedState | null): void {
  if (state === null) {
    terminal.line('saved -');
    return;
  }
  terminal.line(
    `saved ${timeOf(state.savedSeconds)} slot ${state.slot} clean ${state.clean} lastEvent ${state.lastEvent}`,
  );
  for (const [name, value] of Object.entries(state.counters)) terminal.line(`counter ${name} ${value}`);
  for (const { number, milliseconds, type, block, spareBlock, detail } of state.events) {
    const time = new Date(milliseconds).toISOString();
    const words = [number, time, plain(type), block ?? '-', spareBlock ?? '-', detail === null ? '-' : plain(detail)];
    terminal.line(`event ${words.join(' ')}`);
  }
  for (const { block, softErrors, slowReads } of state.marginal) {
    terminal.line(`marginal ${block} soft ${softErrors} slow ${slowReads}`);
  }
  for (const { block, seconds } of state.pending) terminal.line(`pending ${block} ${timeOf(seconds)}`);
}

function entryLine(row: DumpEntry): string {
  if (row.state === 'bad') return `bad ${row.spareBlock}`;
  const { spareBlock, block, residency, lost, cause, seconds } = row;
  return `mapped ${spareBlock} block ${block} residency ${residency} lost ${lost} ${cause} ${timeOf(seconds)}`;
}
