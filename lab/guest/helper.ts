import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { folderOf } from './port.ts';

const PORT = 'org.remap.helper';
/** Process 1 writes it when it has started a helper, which is when the one before has ended. */
const PID_FILE = '/run/lab/helper.pid';
/** Neither the file nor the port can be waited for. */
const POLL_MS = 20;
/** An emulated machine starts a helper in some seconds. */
const LIMIT_MS = 120_000;

let used: number | null = null;

/** null while the file is being written. */
function running(): number | null {
  const pid = Number.parseInt(readFileSync(PID_FILE, 'utf8'), 10);
  return Number.isNaN(pid) ? null : pid;
}

function hasPortOpen(): boolean {
  return readFileSync(`/sys/kernel/debug/virtio-ports/${folderOf(PORT)}`, 'utf8').includes('guest_connected: 1\n');
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It ended by itself, and process 1 has not started the next one yet.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/**
 * Resolves when a helper listens that no session has had: the one that did is ended, another one is not. Only the guest
 * can tell them apart, since what QEMU says of the port is up to a second late and leaves out short changes.
 */
export async function nextHelper(): Promise<void> {
  const limit = Date.now() + LIMIT_MS;
  let next = running();
  if (next !== null && next === used) end(next);
  while (next === null || next === used || !hasPortOpen()) {
    if (Date.now() > limit) throw new Error(`no helper listens after ${LIMIT_MS / 1000} s`);
    await delay(POLL_MS);
    next = running();
  }
  used = next;
}
