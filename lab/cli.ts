import { parseArgs } from 'node:util';
import { Lab, LabError } from './index.ts';

const USAGE = `Starts the disk lab and gives you a root shell in it. Everything is gone when you leave.

  npm run lab -- [--helper FILE] [--tests] [--kernel RELEASE] [--no-module]

  --helper FILE     run this helper bundle in the machine
  --tests           with fio and the other tools of the tests
  --kernel RELEASE  another kernel than Debian's current one, such as 6.1.0-50-amd64
  --no-module       without building dm-remap
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', short: 'h' },
      helper: { type: 'string' },
      tests: { type: 'boolean' },
      kernel: { type: 'string' },
      'no-module': { type: 'boolean' },
    },
  });
  if (values.help === true) {
    process.stdout.write(USAGE);
    return;
  }
  const lab = await Lab.start({
    ...(values.helper === undefined ? {} : { helperBundle: values.helper }),
    ...(values.tests === true ? { tools: 'tests' } : {}),
    ...(values.kernel === undefined ? {} : { kernel: values.kernel }),
    ...(values['no-module'] === true ? { module: null } : {}),
    consoleShell: true,
    onProgress: ({ message }) => process.stderr.write(`${message}\n`),
  });
  for (const name of lab.disks.keys()) process.stderr.write(`${name}: ${await lab.devicePath(name)}\n`);
  process.stderr.write('Type exit or press Ctrl-D to leave.\n');
  lab.onConsoleOutput((text) => process.stdout.write(text));
  const ended = new Promise<void>((resolve) => {
    lab.onExit(() => {
      resolve();
    });
  });
  if (process.stdin.isTTY) process.stdin.setRawMode(true);
  process.stdin.pipe(lab.consoleInput, { end: false });
  process.stdin.once('end', () => lab.consoleInput.write('exit\n'));
  await ended;
  if (process.stdin.isTTY) process.stdin.setRawMode(false);
  process.stdin.destroy();
  await lab.stop();
}

try {
  await main();
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  process.stderr.write(`${error.message}\n${error.detail === '' ? '' : `${error.detail}\n`}`);
  process.exitCode = 1;
}
