import { MAX_PATHS } from '../../app/domain/files.ts';
import { appError, type AppError } from '../../app/errors.ts';
import type { Mount } from '../parse/proc.ts';
import type { RunTool } from './question.ts';
import type { OwnedSpan, Owner, Span } from './spans.ts';

/** A device with a file system that can be asked. */
export interface Volume {
  /** Opens the device. */
  readonly path: string;
  /** What people call it. */
  readonly device: string;
  /** Where it is mounted; mounts of all of the file system first. */
  readonly mounts: readonly Mount[];
}

export interface VolumeAnswer {
  readonly owned: readonly OwnedSpan[];
  /** False where the tables were read from the device while a mounted file system may hold newer ones. */
  readonly current: boolean;
}

/** Asks a file system what lies on sectors of its device, by its own tools. Nothing is written. */
export type AskVolume = (volume: Volume, spans: readonly Span[], run: RunTool) => Promise<VolumeAnswer>;

/** Files that are asked for their names in one question at most: each costs a run of a tool. */
export const MOST_FILES = 64;

/** An owner with its names, as many as are told. */
export function named(kind: Owner['kind'], inode: number, paths: readonly string[], what: string | null): Owner {
  const told = [...new Set(paths)].slice(0, MAX_PATHS).map((path) => path.slice(0, 4096));
  return { kind, inode, paths: told, morePaths: new Set(paths).size > told.length, what };
}

/** A tool that ended well and yet did not do what it was asked. */
export function toolSays(tool: string, words: string): AppError {
  return appError(
    'tool-failed',
    `The program ${tool} could not read the file system's tables.`,
    'They may be damaged, or lie on blocks that cannot be read. Copy the data off, then check the file system.',
    words.trim().slice(0, 4000) || `${tool} said nothing`,
  );
}
