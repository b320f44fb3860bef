import { Readable, Writable } from 'node:stream';

import { run } from '../../../helper/cli/run.ts';
import { Terminal } from '../../../helper/cli/terminal.ts';
import { Mutations } from '../../../helper/mutations.ts';
import { GuestPort } from '../../../lab/guest/port.ts';
import { CliRequest, type CliReply } from './protocol.ts';

/**
 * Runs the command line tool in the machine as often as a test asks, all in one process: starting Node in an emulated
 * processor takes longer than most verbs. What is the process's own (signals, a pipe that closes, being nobody) is
 * tested with the program itself.
 */

class Collected extends Writable {
  text = '';
  isTTY = false;

  override _write(chunk: unknown, _encoding: string, done: () => void): void {
    this.text += String(chunk);
    done();
  }
}

const mutations = new Mutations();

async function answer({ id, argv, typed }: CliRequest): Promise<CliReply> {
  const [output, error] = [new Collected(), new Collected()];
  const isTTY = typed !== undefined;
  const input = Object.assign(Readable.from(isTTY ? [typed] : []), { isTTY });
  error.isTTY = isTTY;
  const terminal = new Terminal({ input, output, error, environment: {} });
  const code = await run(argv, terminal, mutations, new AbortController().signal);
  return { id, code, stdout: output.text, stderr: error.text };
}

async function main(): Promise<void> {
  const port = await GuestPort.open(process.argv[process.argv.indexOf('--virtio-port') + 1] ?? '');
  for await (const line of port.lines()) {
    if (line !== '') port.send(await answer(CliRequest.parse(JSON.parse(line))));
  }
}

void main();
