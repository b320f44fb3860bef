import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildOnce, exists } from '../cache/build-once.ts';
import { LabError } from '../errors.ts';

/**
 * The agent as one file for the guest. Running from sources it is bundled here, once for each state of the sources; an
 * application without them has it among its other bundles.
 */
export async function obtainAgent(project: string, cache: string): Promise<Buffer> {
  const sources = join(project, 'lab');
  const entry = join(sources, 'guest/agent.ts');
  if (!(await exists(entry))) {
    const built = join(project, 'dist/lab/agent.mjs');
    if (await exists(built)) return readFile(built);
    throw new LabError('image-build-failed', "The lab's agent is missing; run: npm run build");
  }
  const hash = createHash('sha256');
  for (const name of (await readdir(sources, { recursive: true })).sort()) {
    if (name.endsWith('.ts') && !name.endsWith('.test.ts')) hash.update(await readFile(join(sources, name)));
  }
  const target = join(cache, 'agents', `${hash.digest('hex').slice(0, 16)}.mjs`);
  await buildOnce(target, async (temporary) => {
    const { build } = await import('esbuild');
    await build({ ...AGENT_BUNDLE, entryPoints: [entry], outfile: temporary });
  });
  return readFile(target);
}

/** How the agent is bundled; for the project's build. */
export const AGENT_BUNDLE = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  logLevel: 'silent',
} as const;
