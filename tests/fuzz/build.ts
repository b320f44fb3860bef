import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { run } from '../../lab/process.ts';

const here = import.meta.dirname;
const harness = join(here, 'harness');

/** The parts of the module that read, check, keep and write metadata. */
const parts = [
  'codec',
  'layout',
  'unit-lists',
  'load',
  'table',
  'load-unit',
  'hash',
  'filter',
  'spare',
  'meta',
  'state',
  'events',
  'health',
  'region',
  'risk',
  'region-state',
  'marginal',
  'format',
  'activate',
  'index',
];
const common = ['image', 'shim', 'device', 'load', 'writes', 'random', 'mutate', 'mutate-moved', 'trial'];
const toolParts = ['seeds', 'seeds-moved', 'print', 'tool'];
const sanitizers = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

/** Folder of the module's sources: the project's, or another one that `REMAP_TEST_MODULE` names. */
export function kernelFolder(): string {
  return process.env['REMAP_TEST_MODULE'] ?? join(here, '../../kernel');
}

async function compile(compiler: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await run(compiler, args);
  if (code !== 0) throw new Error(`${compiler} failed:\n${stderr}`);
}

/** True when the program can be run. */
export async function isInstalled(program: string): Promise<boolean> {
  return run(program, ['--version']).then(
    ({ code }) => code === 0,
    () => false,
  );
}

/**
 * Builds the module's parts with sanitizers, and the harness around them without: it is not what is looked into, and
 * its branches would count as coverage. `extra` are further flags for the module's parts.
 */
async function objects(
  compiler: string,
  folder: string,
  names: readonly string[],
  extra: readonly string[],
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const kernel = kernelFolder();
  const flags = [
    '-std=gnu11',
    '-g',
    '-Wall',
    '-Werror',
    '-Wno-unused-function',
    '-I',
    join(here, 'include'),
    '-I',
    kernel,
  ];
  const made: string[] = [];
  const one = async (source: string, prefix: string, more: readonly string[]): Promise<void> => {
    const object = join(folder, `${prefix}-${basename(source, '.c')}.o`);
    await compile(compiler, [...flags, ...more, '-c', source, '-o', object]);
    made.push(object);
  };
  for (const part of parts) await one(join(kernel, `dm-remap-${part}.c`), 'module', ['-O1', ...sanitizers, ...extra]);
  for (const name of names) await one(join(harness, `${name}.c`), 'harness', ['-O2']);
  return made;
}

/** Builds the program of `harness/tool.c`. Returns its path. */
export async function buildTool(compiler: 'gcc' | 'clang', folder: string): Promise<string> {
  const made = await objects(compiler, join(folder, `${compiler}-tool`), [...common, ...toolParts], []);
  const path = join(folder, `${compiler}-tool`, 'tool');
  await compile(compiler, [...sanitizers, ...made, '-o', path]);
  return path;
}

/** Builds the fuzzer with clang. Returns its path. */
export async function buildFuzzer(folder: string): Promise<string> {
  const coverage = ['-fsanitize-coverage=inline-8bit-counters,pc-table'];
  const made = await objects('clang', join(folder, 'fuzzer'), [...common, 'harness'], coverage);
  const path = join(folder, 'fuzzer', 'fuzzer');
  await compile('clang', ['-fsanitize=fuzzer,address,undefined', ...made, '-o', path]);
  return path;
}
