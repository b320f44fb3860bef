import { PassThrough } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { sceneDevices } from '../../tests/doubles/scene.ts';
import { Mutations } from '../mutations.ts';
import { Arguments } from './arguments.ts';
import { run } from './run.ts';
import { optionsOf, specOf, verbNames } from './table.ts';
import { aligned, JsonObject, plain, Terminal } from './terminal.ts';
import { waitingWords } from './words.ts';

interface Session {
  readonly terminal: Terminal;
  readonly input: PassThrough & { isTTY: boolean };
  readonly said: () => string;
  readonly noted: () => string;
}

function session({ tty = false, environment = {} } = {}): Session {
  const [input, output, error] = [0, 1, 2].map(() => Object.assign(new PassThrough(), { isTTY: tty }));
  if (input === undefined || output === undefined || error === undefined) throw new Error('no streams');
  const textOf = (stream: PassThrough): string => String(stream.read() ?? '');
  return {
    terminal: new Terminal({ input, output, error, environment }),
    input,
    said: () => textOf(output),
    noted: () => textOf(error),
  };
}

async function ran(...argv: string[]): Promise<{ status: number; said: string; noted: string }> {
  const { terminal, said, noted } = session();
  const status = await run(argv, terminal, new Mutations(), new AbortController().signal);
  return { status, said: said(), noted: noted() };
}

describe('what is typed', () => {
  it('is read as the table says', () => {
    const args = Arguments.parse('create', ['safe', '--main=/dev/a', '--spare', '/dev/b', '--erase']);
    expect([
      args.pairName(),
      args.needed('main'),
      args.needed('spare'),
      args.has('erase'),
      args.count('block-sectors'),
    ]).toEqual(['safe', '/dev/a', '/dev/b', true, null]);
    expect(Arguments.parse('check', ['--', '--odd-name']).neededOperand('SPARE')).toBe('--odd-name');
  });

  it.each([
    [['remap', 'safe'], /BLOCK is missing/],
    [['remap', 'safe', '-1'], /no option -1/],
    [['remap', 'safe', '1', '0'], /COUNT must be a number from 1 on, not "0"/],
    [['remap', 'safe', '1e3'], /BLOCK must be a number/],
    [['scan', 'safe', 'stop', '--count', '5'], /only start takes --first and --count/],
    [['scan', 'safe', 'start', '--count', '0'], /--count must be a number from 1 on/],
    [['check', 'a', 'b'], /one argument too many, "b"/],
    [['check', 'a', '--frob'], /no option --frob/],
    [['check', 'a', '--json', '--json'], /--json was given twice/],
    [['check', 'a', '--json=yes'], /--json takes no value/],
    [['repair', 'a', '--output'], /--output needs FILE/],
    [['repair', 'a', '--output='], /--output needs FILE/],
    [['repair', 'a', '--yes', '--output', 'b'], /not both/],
    [['create', 'safe', '--main', 'x'], /--spare is missing/],
    [['create', '.safe', '--main', 'x', '--spare', 'y'], /cannot be the name of a pair/],
    [['import', 'safe', 'x', '--badblocks', '1000'], /multiple of 512/],
    [['import', 'safe', 'x', '--badblocks', '1024', '--failed'], /--failed goes with --ddrescue/],
    [['import', 'safe', 'x', '--badblocks', '1024', '--ddrescue'], /either --badblocks BYTES or --ddrescue/],
    [['frobnicate'], /there is no verb "frobnicate"/],
    [['constructor'], /there is no verb "constructor"/],
  ])('%j is refused with one sentence and status 2', async (argv, sentence) => {
    const { status, said, noted } = await ran(...argv);
    expect([status, said, noted.trimEnd().split('\n').length]).toEqual([2, '', 1]);
    expect(noted).toMatch(sentence);
  });

  it('being nothing shows the verbs, with status 2', async () => {
    expect(await ran()).toMatchObject({
      status: 2,
      said: '',
      noted: expect.stringContaining('usage: dm-remap') as string,
    });
  });
});

describe('help', () => {
  it.each(verbNames)('of %s names each operand and option', async (verb) => {
    const { status, said } = await ran(verb, '--help');
    expect(status).toBe(0);
    for (const { name } of specOf(verb).operands) expect(said.split('\n')[0]).toContain(name);
    for (const { name } of optionsOf(verb)) expect(said).toMatch(new RegExp(`^ {2}--${name}( |$)`, 'm'));
    expect(Math.max(...said.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('of the whole names each verb; the version is said', async () => {
    const { status, said } = await ran('--help');
    expect(status).toBe(0);
    for (const verb of verbNames) expect(said).toContain(`\n  ${verb} `);
    expect((await ran('--version')).said).toMatch(/^dm-remap \d+\.\d+\.\d+\n$/);
  });
});

describe('the terminal', () => {
  it('is coloured only where it is one and NO_COLOR is not set', () => {
    const coloured = (options: Parameters<typeof session>[0]): string =>
      session(options).terminal.colour('rw', 'green');
    expect(coloured({ tty: true })).toBe('\u001B[32mrw\u001B[0m');
    expect(coloured({ tty: true, environment: { NO_COLOR: '' } })).toBe('\u001B[32mrw\u001B[0m');
    for (const options of [
      { tty: false },
      { tty: true, environment: { NO_COLOR: '1' } },
      { tty: true, environment: { NO_COLOR: '0' } },
      { tty: true, environment: { TERM: 'dumb' } },
    ]) {
      expect(coloured(options)).toBe('rw');
    }
  });

  it('asks, and tells an answer from the end of the input', async () => {
    const answered = session({ tty: true });
    expect([answered.terminal.interactive, session().terminal.interactive]).toEqual([true, false]);
    const answer = answered.terminal.ask('Type it: ');
    answered.input.write('0002\n');
    expect(await answer).toBe('0002');
    expect(answered.said()).toBe('');
    expect(answered.noted()).toContain('Type it: ');
    const ended = session({ tty: true });
    const none = ended.terminal.ask('Type it: ');
    ended.input.end();
    expect(await none).toBeNull();
  });

  it('prints long arrays as one JSON object', () => {
    for (const rows of [[], [1], [1, { a: 2 }]]) {
      const { terminal, said } = session();
      const json = new JsonObject(terminal, { version: 1 }, 'rows');
      for (const row of rows) json.row(row);
      json.end({ next: null });
      expect(JSON.parse(said())).toEqual({ version: 1, rows, next: null });
    }
  });

  it('lays words out in columns, and lets no control characters through', () => {
    expect(
      aligned([
        ['A', 'B'],
        ['long', 'x'],
      ]),
    ).toEqual(['A     B', 'long  x']);
    expect(plain('a\u001B[2Jb\u0007\u202Ec')).toBe('a?[2Jb??c');
  });
});

describe('a spare whose pair is not active', () => {
  const devices = sceneDevices(1000);
  const words = (part: { mainDevno?: string | null; mayBeMain?: string[] }): string => {
    const spare = devices.find(({ spareOf }) => spareOf !== null);
    if (spare?.spareOf === undefined || spare.spareOf === null) throw new Error('the scene has no spare');
    return waitingWords({ ...spare, spareOf: { ...spare.spareOf, ...part } }, devices);
  };

  it('is told with its main, with what may be its main, or as one of a disk that is not here', () => {
    expect(words({})).toBe(
      '/dev/sdb is the spare of /dev/sda; not active. Use: dm-remap activate NAME --spare /dev/sdb',
    );
    expect(words({ mainDevno: null, mayBeMain: ['8:0', '8:32'] })).toBe(
      '/dev/sdb is the spare of a disk that cannot be told; it may be /dev/sda or /dev/sdc. Not active. Use: dm-remap activate NAME --spare /dev/sdb --main DEVICE',
    );
    expect(words({ mainDevno: null })).toMatch(/^\/dev\/sdb is the spare of a disk that is not here; /);
  });
});
