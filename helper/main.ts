import { AppError, toErrorData } from '../app/errors.ts';
import { log } from './log.ts';
import { Mutations } from './mutations.ts';
import { killTools } from './run.ts';
import { serveStdio } from './transport/stdio.ts';
import { serveVirtioPort } from './transport/virtio-port.ts';
import { helperVersion } from './version.ts';

const USAGE = `usage: helper [--stdio | --virtio-port <name> | --version]
  --stdio               speak the helper protocol on stdin and stdout (default)
  --virtio-port <name>  speak it on a virtio-serial port, to one client after another
  --version             say the version
`;

const mutations = new Mutations();

async function main(args: readonly string[]): Promise<number> {
  const [option, value, ...rest] = args;
  if (option === '--virtio-port' && value !== undefined && rest.length === 0) {
    return serveVirtioPort(value, mutations);
  }
  if (value === undefined && (option === undefined || option === '--stdio')) return serveStdio(mutations);
  if (value === undefined && option === '--version') {
    process.stdout.write(`${helperVersion}\n`);
    return 0;
  }
  process.stderr.write(USAGE);
  return 2;
}

/** A signal ends the process as the end of its stream does: not in the middle of a change. */
function endOnSignal(signal: NodeJS.Signals): void {
  log('info', 'ended by a signal', { signal });
  void mutations.idle().then(() => {
    killTools();
    // A thread that waits in the read of a port would keep an ordinary exit waiting for ever.
    process.kill(process.pid, 'SIGKILL');
  });
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => endOnSignal(signal));

main(process.argv.slice(2))
  .catch((thrown: unknown) => {
    log('error', thrown instanceof AppError ? thrown.message : 'the helper failed', { error: toErrorData(thrown) });
    return 1;
  })
  .then((code) => {
    killTools();
    process.exit(code);
  })
  .catch(() => process.exit(1));
