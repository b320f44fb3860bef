import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type * as z from 'zod';

import type { LabOptions } from '../../lab/index.ts';
import { LineSplitter } from '../../lab/lines.ts';
import { HelperFixture } from '../helper/harness.ts';
import { CliReply } from './guest/protocol.ts';

/** Path of the program itself in the machine, where its being a process matters. */
export const PROGRAM = '/usr/bin/dm-remap';

/** A machine with the program itself, and in the helper's place what runs it as often as a test asks. */
class CliMachine extends HelperFixture {
  #send: ((line: string) => void) | undefined;
  readonly #waiting = new Map<number, (reply: CliReply) => void>();
  #nextId = 1;

  constructor(options: LabOptions) {
    super(options, 'tests/cli/guest/server.ts');
  }

  async run(argv: readonly string[], typed?: string): Promise<Omit<CliReply, 'id'>> {
    const id = this.#nextId++;
    const answered = new Promise<CliReply>((resolve) => this.#waiting.set(id, resolve));
    this.#send?.(`${JSON.stringify({ id, argv, typed })}\n`);
    const { code, stdout, stderr } = await answered;
    return { code, stdout, stderr };
  }

  protected override async open(): Promise<void> {
    const stream = await this.lab.helper();
    const lines = new LineSplitter();
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      for (const line of lines.push(chunk)) {
        if (line === '') continue;
        const reply = CliReply.parse(JSON.parse(line));
        this.#waiting.get(reply.id)?.(reply);
        this.#waiting.delete(reply.id);
      }
    });
    stream.on('error', () => stream.destroy());
    this.#send = (line) => void stream.write(line);
  }
}

/** One machine for the tests of a file, with the command line tool in it. */
export class CliFixture {
  readonly #options: LabOptions;
  #machine: CliMachine | undefined;

  constructor(options: LabOptions) {
    this.#options = options;
  }

  /** The machine with its disks. */
  get machine(): CliMachine {
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
    const program = { path: PROGRAM.slice(1), data, executable: true };
    this.#machine = new CliMachine({ ...this.#options, guestFiles: [program] });
    await this.#machine.start();
  }

  /** Runs `dm-remap` in the machine, with `typed` on a terminal; its failure is an answer like any other. */
  run(args: readonly string[], typed?: string): Promise<Omit<CliReply, 'id'>> {
    return this.machine.run(args, typed);
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
