import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type * as z from 'zod';

import type { ExecOptions, ExecOutcome, LabOptions } from '../../lab/index.ts';
import { HelperFixture } from '../helper/harness.ts';

const PROGRAM = 'usr/bin/dm-remap';

/** One machine for the tests of a file, with the command line tool in it. */
export class CliFixture {
  readonly #options: LabOptions;
  #machine: HelperFixture | undefined;

  constructor(options: LabOptions) {
    this.#options = options;
  }

  /** The machine with its disks. */
  get machine(): HelperFixture {
    if (this.#machine === undefined) throw new Error('the machine is not running yet');
    return this.#machine;
  }

  async start(): Promise<void> {
    const made = await build({
      entryPoints: ['helper/cli/main.ts'],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'error',
      write: false,
      outfile: 'dm-remap.cjs',
    });
    const data = made.outputFiles[0]?.contents;
    if (data === undefined) throw new Error('nothing was built');
    this.#machine = new HelperFixture({ ...this.#options, guestFiles: [{ path: PROGRAM, data, executable: true }] });
    await this.#machine.start();
  }

  /** Runs `dm-remap` in the machine; its failure is an answer like any other. */
  run(args: readonly string[], options?: ExecOptions): Promise<ExecOutcome> {
    return this.machine.lab.exec(`/${PROGRAM}`, args, options);
  }

  /** Runs it; fails when its exit status is another than `status`. Gives what it printed. */
  async exits(status: number, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
    const { code, stdout, stderr } = await this.run(args);
    expect({ code, stdout, stderr }).toMatchObject({ code: status });
    return { stdout, stderr };
  }

  /** What it prints with --json, read with the schema that promises it. */
  async json<T>(schema: z.ZodType<T>, ...args: string[]): Promise<T> {
    const { code, stdout, stderr } = await this.run([...args, '--json']);
    expect({ code, stderr }).toMatchObject({ code: expect.toBeOneOf([0, 1, 2]) as number });
    return schema.parse(JSON.parse(stdout));
  }

  /** Holds that it is refused as bad input with one sentence, and that no byte and no mapping is other than before. */
  async refuses(sentence: RegExp, ...args: string[]): Promise<void> {
    const before = [this.machine.bytes(), await this.machine.mappings()];
    const { stdout, stderr } = await this.exits(2, ...args);
    const lines = stderr.trimEnd().split('\n');
    expect(lines.at(-1)).toMatch(sentence);
    expect(lines.at(-1)).toMatch(new RegExp(`^dm-remap ${args[0] ?? ''}: .*\\.$`));
    expect(stdout).toBe('');
    expect([this.machine.bytes(), await this.machine.mappings()]).toEqual(before);
  }

  /** Makes a pair of `main` and `spare`. */
  async create(name = 'safe'): Promise<void> {
    const { machine } = this;
    const devices = ['--main', machine.path('main'), '--spare', machine.path('spare')];
    await this.exits(0, 'create', name, ...devices, '--confirm', '0002');
  }
}

/** Registers a machine for all tests of the calling file; each begins with blank disks and no mapping. */
export function useCli(options: LabOptions = {}): CliFixture {
  const fixture = new CliFixture(options);
  beforeAll(() => fixture.start());
  afterAll(() => fixture.machine.stop());
  afterEach(() => fixture.machine.cleanUp());
  return fixture;
}
