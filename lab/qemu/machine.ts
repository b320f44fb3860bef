import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createServer, type Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { LabError, systemCode } from '../errors.ts';
import { Emitter, type Listener, type Unsubscribe } from '../events.ts';
import { LineSplitter } from '../lines.ts';
import { machineArguments, type MachineOptions } from './arguments.ts';
import { QmpClient, type QmpEvent } from './qmp.ts';

const QEMU = 'qemu-system-x86_64';
const CONSOLE_LINES_KEPT = 2000;
/** Lines of the console that are told with its end. */
const TAIL_LINES = 40;
/** Lines told before a panic's own, where what led to it stands, and from it on, which is its trace of calls. */
const BEFORE_PANIC_LINES = 60;
const PANIC_LINES = 100;

/** How a machine ended. */
export interface MachineExit {
  /** `stopped` when the lab ended it, `panic` after a kernel panic, `died` otherwise. */
  readonly reason: 'stopped' | 'panic' | 'died';
  /** The last lines of the console and of QEMU itself; of a panic, the lines around it, its own included. */
  readonly detail: string;
}

/** One run of QEMU, from its start to its end. It ends with this process at the latest. */
export class Machine {
  readonly qmp: QmpClient;
  readonly exited: Promise<MachineExit>;
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #console: Console;
  #stopping = false;

  private constructor(process: ChildProcessByStdio<Writable, Readable, Readable>, qmp: QmpClient, console: Console) {
    this.#process = process;
    this.#console = console;
    this.qmp = qmp;
    const { promise, resolve } = Promise.withResolvers<MachineExit>();
    this.exited = promise;
    const ended = (): void => {
      const panic = console.lines.findIndex((line) => line.includes('Kernel panic - not syncing'));
      const reason = this.#stopping ? 'stopped' : panic !== -1 ? 'panic' : 'died';
      resolve({ reason, detail: panic === -1 ? console.tail(TAIL_LINES) : console.around(panic) });
    };
    if (process.exitCode !== null || process.signalCode !== null) ended();
    else process.once('close', ended);
  }

  static async start(options: MachineOptions): Promise<Machine> {
    const listener = createServer();
    const connected = new Promise<Socket>((resolve) => listener.once('connection', resolve));
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(options.sockets.monitor, resolve);
    });
    const console = new Console();
    // setpriv has the kernel kill QEMU when this process ends, however it ends.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', QEMU, ...machineArguments(options)], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.on('error', () => undefined);
    console.follow(child.stdout);
    console.follow(child.stderr);
    const failed = new Promise<never>((_, reject) => {
      child.once('error', (error) => {
        const missing = systemCode(error) === 'ENOENT';
        const what = missing ? 'setpriv is not installed; run: apt-get install util-linux' : 'QEMU cannot be started';
        reject(new LabError('no-tool', what, { cause: error }));
      });
      child.once('close', (code) => {
        reject(startFailure(code, console.tail(20)));
      });
    });
    try {
      const socket = await Promise.race([connected, failed]);
      const qmp = await Promise.race([QmpClient.attach(socket), failed]);
      failed.catch(() => undefined);
      return new Machine(child, qmp, console);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    } finally {
      listener.close();
    }
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** The lines of the serial console so far, and QEMU's own complaints among them. */
  readConsole(): string {
    return this.#console.lines.join('\n');
  }

  onConsoleLine(listener: Listener<string>): Unsubscribe {
    return this.#console.added.on(listener);
  }

  /** What the console gives, as it comes. */
  onConsoleOutput(listener: Listener<string>): Unsubscribe {
    return this.#console.output.on(listener);
  }

  onEvent(listener: Listener<QmpEvent>): Unsubscribe {
    return this.qmp.onEvent(listener);
  }

  /** The serial console's input. */
  get consoleInput(): Writable {
    return this.#process.stdin;
  }

  /** Ends the machine in the middle of what it does, and waits until it is gone. */
  async kill(): Promise<void> {
    this.killNow();
    await this.exited;
  }

  /** As `kill`, without waiting; for the end of the process. */
  killNow(): void {
    this.#stopping = true;
    this.#process.kill('SIGKILL');
  }
}

function startFailure(code: number | null, detail: string): LabError {
  if (code === 127 || /setpriv:.*No such file/.test(detail)) {
    return new LabError(
      'no-qemu',
      'QEMU is not installed; run: apt-get install --no-install-recommends qemu-system-x86',
      { detail },
    );
  }
  const memory = /cannot set up guest memory|Cannot allocate memory/i.test(detail);
  const advice = memory ? 'there is not enough free memory; close some programs' : 'see the detail for what it said';
  return new LabError('machine-died', `QEMU ended as soon as it was started; ${advice}.`, { detail });
}

class Console {
  readonly output = new Emitter<string>();
  readonly added = new Emitter<string>();
  readonly lines: string[] = [];

  follow(stream: Readable): void {
    const splitter = new LineSplitter();
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      this.output.emit(chunk);
      for (const line of splitter.push(chunk)) this.#add(line.replace(/\r/g, ''));
    });
  }

  tail(count: number): string {
    return this.lines.slice(-count).join('\n');
  }

  around(panic: number): string {
    return this.lines.slice(Math.max(0, panic - BEFORE_PANIC_LINES), panic + PANIC_LINES).join('\n');
  }

  #add(line: string): void {
    this.lines.push(line);
    if (this.lines.length > CONSOLE_LINES_KEPT) this.lines.splice(0, CONSOLE_LINES_KEPT / 2);
    this.added.emit(line);
  }
}
