import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { build } from './build.ts';
import { readPlaywright, readVitest, reporters, type Counts } from './test/results.ts';

const root = join(import.meta.dirname, '..');
const resultFolder = join(root, 'test-results');
const bin = (name: string): string => join(root, 'node_modules/.bin', name);

interface Stage {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  /** Counts from the runner's own report; a stage without one is itself one test. */
  readonly counts?: () => Promise<Counts>;
  /** `beside`: while the following ones run, and what it says comes at its end. `alone`: after all before it have ended. */
  readonly runs?: 'beside' | 'alone';
}

interface Outcome {
  readonly stage: Stage;
  readonly counts: Counts;
  readonly seconds: number;
}

function vitest(name: string, projects: readonly string[]): Stage {
  const report = join(resultFolder, `${name}.json`);
  const chosen = projects.flatMap((project) => ['--project', project]);
  return {
    name,
    file: bin('vitest'),
    args: ['run', ...chosen, ...reporters(report)],
    counts: async () => readVitest(await readFile(report, 'utf8')),
  };
}

const e2eReport = join(resultFolder, 'e2e.json');

const stages: readonly Stage[] = [
  // One program that needs one processor, as most of those below it do.
  { name: 'kernel sources', file: process.execPath, args: ['scripts/test/kernel-check.ts'], runs: 'beside' },
  { name: 'types: app', file: bin('tsc'), args: ['-p', 'app'] },
  { name: 'types: node side', file: bin('tsc'), args: ['-p', '.'] },
  { name: 'types: renderer', file: bin('tsc'), args: ['-p', 'renderer'] },
  { name: 'lint', file: bin('eslint'), args: ['.', '--max-warnings', '0'] },
  { name: 'format', file: bin('prettier'), args: ['--check', '--log-level', 'warn', '.'] },
  vitest('unit', ['unit', 'dom']),
  // An emulated machine and what tests it need both processors.
  { ...vitest('vm', ['vm']), runs: 'alone' },
  {
    name: 'e2e',
    runs: 'alone',
    file: bin('playwright'),
    args: ['test'],
    counts: async () => readPlaywright(await readFile(e2eReport, 'utf8')),
  },
];

/** Runs one stage; a stage whose runner failed without a report counts as one failed test. */
async function runStage(stage: Stage): Promise<Outcome> {
  const start = Date.now();
  const said: Buffer[] = [];
  const beside = stage.runs === 'beside';
  if (!beside) console.log(`\n── ${stage.name}`);
  const code = await new Promise<number>((resolve, reject) => {
    const env = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}` };
    const output = beside ? 'pipe' : 'inherit';
    const child = spawn(stage.file, stage.args, {
      cwd: root,
      stdio: ['ignore', output, output],
      env: { ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: e2eReport },
    });
    child.stdout?.on('data', (data: Buffer) => said.push(data));
    child.stderr?.on('data', (data: Buffer) => said.push(data));
    child.on('error', reject);
    child.on('close', (exit) => resolve(exit ?? 1));
  });
  if (beside) console.log(`\n── ${stage.name}\n${Buffer.concat(said).toString().trimEnd()}`);
  return { stage, counts: await countsOf(stage, code), seconds: (Date.now() - start) / 1000 };
}

async function countsOf(stage: Stage, code: number): Promise<Counts> {
  const plain: Counts = code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
  if (stage.counts === undefined) return plain;
  const counted = await stage.counts().catch(() => plain);
  return code !== 0 && counted.failed === 0 ? { ...counted, failed: 1 } : counted;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !stages.some((stage) => stage.name === name));
if (unknown.length > 0) {
  console.error(`There is no stage "${unknown.join('", "')}". Stages: ${stages.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

await rm(resultFolder, { recursive: true, force: true });
await mkdir(resultFolder, { recursive: true });
await build();

const started: Promise<Outcome>[] = [];
for (const stage of stages) {
  if (wanted.length > 0 && !wanted.includes(stage.name)) continue;
  if (stage.runs === 'alone') await Promise.all(started);
  const outcome = runStage(stage);
  started.push(outcome);
  if (stage.runs !== 'beside') await outcome;
}

const total: Counts = { passed: 0, failed: 0, skipped: 0 };
console.log('');
for (const { stage, counts, seconds } of await Promise.all(started)) {
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  const { passed, failed, skipped } = counts;
  const text = `${passed} passed, ${failed} failed, ${skipped} skipped, ${seconds.toFixed(0)} s`;
  console.log(`${failed === 0 ? '✓' : '✗'} ${stage.name}: ${text}`);
}
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
