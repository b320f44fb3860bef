import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

import { commonOptions, optionsOf, specOf, verbNames, type VerbName } from '../../helper/cli/table.ts';
import { completionFiles } from '../../scripts/cli/completion.ts';

const run = promisify(execFile);
const resources = join(import.meta.dirname, '../../resources');
const manual = await readFile(join(resources, 'man/dm-remap.8'), 'utf8');

/** Text of roff without its escapes. */
const text = manual.replaceAll(String.raw`\-`, '-');

/** The part of the man page about a verb. */
function sectionOf(verb: VerbName): string {
  const sections = text.split('\n.SS ').filter((section) => section.startsWith(`${verb} `));
  expect(sections).toHaveLength(1);
  return (sections[0] ?? '').split('\n.SH ')[0] ?? '';
}

describe('the man page', () => {
  it.each(verbNames)('has %s with its operands and options, and no others', (verb) => {
    const section = sectionOf(verb);
    const [heading = ''] = section.split('\n');
    for (const { name } of specOf(verb).operands) expect(heading).toContain(name);
    const own = specOf(verb).options;
    for (const { name, value } of own) {
      if (name === 'json') expect(heading).toContain('[--json]');
      else expect(section).toContain(value === null ? `\n.B --${name}\n` : `\n.BI --${name} " ${value}"\n`);
    }
    const told = [...section.matchAll(/^\.BI? --([a-z-]+)/gm)].map(([, name]) => name);
    const known = own.map(({ name }) => name);
    expect(told.filter((name) => name === undefined || !known.includes(name))).toEqual([]);
  });

  it('has the options of every verb, and no verb that there is none of', () => {
    const [, common = ''] = text.split('\n.SH OPTIONS OF EVERY VERB\n');
    for (const { name } of commonOptions) expect(common).toContain(`\n.B --${name}\n`);
    const told = [...text.matchAll(/^\.SS ([a-z]+)/gm)].map(([, verb]) => verb);
    expect(told).toEqual([...verbNames]);
  });
});

describe('the completion', () => {
  it.each(Object.entries(completionFiles()))(
    '%s is what the table makes (node scripts/cli/completion.ts)',
    async (name, made) => {
      expect(await readFile(join(resources, 'completion', name), 'utf8')).toBe(made);
    },
  );

  /** What bash offers after these words, the last of which is begun. */
  async function offered(...words: string[]): Promise<string[]> {
    const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _dm_remap; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const file = join(resources, 'completion/dm-remap.bash');
    const { stdout } = await run('bash', ['-c', script, 'bash', file, 'dm-remap', ...words]);
    return stdout.split('\n').filter((word) => word !== '');
  }

  it('offers verbs, options and files in bash', async () => {
    expect(await offered('')).toEqual([...verbNames, '--help', '--version']);
    expect(await offered('re')).toEqual(['remove', 'remap', 'remaps', 'repair']);
    for (const verb of verbNames) {
      expect(await offered(verb, '--')).toEqual(optionsOf(verb).map(({ name }) => `--${name}`));
    }
    expect(await offered('import', 'safe', 'README.m')).toEqual(['README.md']);
    expect(await offered('repair', '--output', 'README.m')).toEqual(['README.md']);
    expect(await offered('create', 'README.m')).toEqual([]);
    expect(await offered('import', '--badblocks', '1024', 'safe', 'README.m')).toEqual(['README.md']);
  });
});
