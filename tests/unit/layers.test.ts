import { join } from 'node:path';

import { ESLint } from 'eslint';
import { beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
let eslint: ESLint;

beforeAll(() => {
  // Only the layer rules, without types: the text linted here stands in for a file that exists.
  eslint = new ESLint({
    cwd: root,
    ruleFilter: ({ ruleId }) => ['house/rooms', '@typescript-eslint/no-restricted-imports'].includes(ruleId),
  });
});

/** Rules that an import in `file` breaks. */
async function broken(file: string, statement: string): Promise<string[]> {
  const [result] = await eslint.lintText(`${statement}\n`, { filePath: join(root, file) });
  return (result?.messages ?? []).map(({ ruleId }) => ruleId ?? 'none');
}

// The first text linted waits for the whole project's types.
describe('imports go one way', { timeout: 120_000 }, () => {
  it.each([
    ['app/errors.ts', "import '../helper/main.ts';"],
    ['helper/main.ts', "import '../main/web/cli.ts';"],
    ['helper/main.ts', "import '../lab/index.ts';"],
    ['lab/index.ts', "import '../main/web/cli.ts';"],
    ['lab/index.ts', "import '../helper/main.ts';"],
    ['renderer/main.tsx', "import '../lab/index.ts';"],
    ['renderer/main.tsx', "import '../main/web/cli.ts';"],
    ['main/web/cli.ts', "import '../../helper/main.ts';"],
    ['main/broker/broker.ts', "import '../../lab/index.ts';"],
    ['main/broker/broker.ts', "import '../web/cli.ts';"],
  ])('%s may not have %s', async (file, statement) => {
    expect(await broken(file, statement)).toEqual(['house/rooms']);
  });

  it.each([
    ['app/errors.ts', "import 'node:fs';"],
    ['renderer/main.tsx', "import 'node:fs';"],
    ['helper/main.ts', "import 'electron';"],
    ['main/broker/broker.ts', "import 'electron';"],
  ])('%s may not have %s', async (file, statement) => {
    expect(await broken(file, statement)).toEqual(['@typescript-eslint/no-restricted-imports']);
  });

  it.each([
    ['helper/main.ts', "import '../app/errors.ts';"],
    ['renderer/main.tsx', "import '../app/errors.ts';"],
    ['lab/index.ts', "import '../app/errors.ts';"],
    ['main/electron/main.ts', "import 'electron';"],
  ])('%s may have %s', async (file, statement) => {
    expect(await broken(file, statement)).toEqual([]);
  });
});
