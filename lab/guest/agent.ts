import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import { release } from 'node:os';
import { errorText } from '../errors.ts';
import { devicesBySerial } from './devices.ts';
import { nextHelper } from './helper.ts';
import { GuestPort } from './port.ts';
import { AgentRequest, type AgentEvent, type ExecJob } from './protocol.ts';
import { scan } from './scanner.ts';
import { stuckThreads } from './stuck.ts';
import { Writer } from './writer.ts';

/** The lab's hand in the guest: runs programs and workloads as root for whoever holds the other end of the port. */

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
const UNKILLABLE_MS = 5_000;
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin', HOME: '/root', LC_ALL: 'C' };

const portName = process.argv[process.argv.indexOf('--virtio-port') + 1] ?? '';
const port = await GuestPort.open(portName);
const writers = new Map<number, Writer>();
const emit = (event: AgentEvent): void => {
  port.send(event);
};

function exec(job: ExecJob): Promise<unknown> {
  return new Promise((resolve) => {
    const options = {
      env: { ...ENVIRONMENT, ...job.environment },
      maxBuffer: MAX_OUTPUT_BYTES,
      encoding: 'buffer',
    } as const;
    let stuck: string | null = null;
    const child = execFile(job.file, job.args, options, (error, stdout, stderr) => {
      clearTimeout(deadline);
      const started =
        error === null || typeof error.code === 'number' || error.killed === true || typeof error.signal === 'string';
      resolve({
        code: error === null ? 0 : typeof error.code === 'number' ? error.code : started ? null : 127,
        signal: error?.signal ?? null,
        stuck,
        stdout: stdout.toString('base64'),
        stderr: Buffer.from(started ? stderr : errorText(error)).toString('base64'),
      });
    });
    const deadline = setTimeout(() => {
      stuck = stuckThreads(child.pid);
      child.kill('SIGKILL');
      // One that waits in the kernel does not even end now.
      setTimeout(() => {
        resolve({ code: null, signal: 'SIGKILL', stuck, stdout: '', stderr: '' });
      }, UNKILLABLE_MS);
    }, job.timeoutMs);
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(job.input === undefined ? undefined : Buffer.from(job.input, 'base64'));
  });
}

async function answer(request: AgentRequest): Promise<unknown> {
  switch (request.method) {
    case 'hello':
      return { version: 1, kernel: release() };
    case 'exec':
      return exec(request.params);
    case 'write': {
      const writer = new Writer(request.id, request.params, emit);
      writers.set(request.id, writer);
      void writer.run().finally(() => writers.delete(request.id));
      return { job: request.id };
    }
    case 'stop-writing':
      writers.get(request.params.job)?.stop();
      return {};
    case 'scan':
      await scan(request.params, (runs) => {
        emit({ event: 'scanned', id: request.id, runs });
      });
      return {};
    case 'devices':
      return devicesBySerial();
    case 'next-helper':
      await nextHelper();
      return {};
  }
}

async function followKernelLog(): Promise<void> {
  const file = await open('/dev/kmsg', 'r');
  const record = Buffer.alloc(8192);
  for (;;) {
    try {
      // Each read gives one record: "priority,sequence,microseconds,flags;text", then continuation lines.
      const { bytesRead } = await file.read(record, 0, record.length, null);
      const text = record.toString('utf8', 0, bytesRead);
      emit({ event: 'kernel-log', lines: [text.slice(text.indexOf(';') + 1).split('\n')[0] ?? ''] });
    } catch {
      // EPIPE: records were overwritten before they were read; the next read goes on after them.
    }
  }
}

void followKernelLog();
for await (const line of port.lines()) {
  const parsed = AgentRequest.safeParse(JSON.parse(line));
  if (!parsed.success) throw new Error(`the lab sent a request this agent does not know: ${line.slice(0, 200)}`);
  const { id } = parsed.data;
  answer(parsed.data).then(
    (result) => {
      port.send({ id, result });
    },
    (error: unknown) => {
      port.send({ id, error: errorText(error) });
    },
  );
}
