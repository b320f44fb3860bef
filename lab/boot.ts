import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { AgentClient } from './agent-client.ts';
import { MediumMirror } from './disk/medium.ts';
import type { LabDisk } from './disk/disk.ts';
import { LabError } from './errors.ts';
import type { MachineOptions } from './qemu/arguments.ts';
import { Machine } from './qemu/machine.ts';
import { GuestPortState } from './qemu/port-state.ts';

/** A machine that has booted, with what the lab needs to work with it. */
export interface RunningMachine {
  readonly machine: Machine;
  readonly agent: AgentClient;
  readonly helperPort: GuestPortState;
  readonly mirrors: ReadonlyMap<string, MediumMirror>;
}

export interface BootOptions {
  readonly machine: Omit<MachineOptions, 'accelerator'>;
  readonly accelerator: 'auto' | 'tcg';
  readonly disks: readonly LabDisk[];
  readonly hasHelper: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

const DISKS_READY = /^lab: (\d+) of (\d+) disks are ready/;

let kvmWorks: boolean | undefined;

async function mayUseKvm(): Promise<boolean> {
  try {
    await access('/dev/kvm', constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts the machine and waits until its disks and its helper are there. A panic on the way is tried once more. */
export async function boot(options: BootOptions): Promise<RunningMachine> {
  kvmWorks ??= await mayUseKvm();
  if (options.accelerator === 'auto' && kvmWorks) {
    try {
      return await bootOnce(options, 'kvm');
    } catch (error) {
      // On some virtual machines /dev/kvm is there and QEMU dies of using it.
      if (!(error instanceof LabError) || !['machine-died', 'kernel-panic'].includes(error.code)) throw error;
      kvmWorks = false;
    }
  }
  try {
    return await bootOnce(options, 'tcg');
  } catch (error) {
    if (!(error instanceof LabError) || error.code !== 'kernel-panic') throw error;
    return bootOnce(options, 'tcg');
  }
}

async function bootOnce(options: BootOptions, accelerator: 'kvm' | 'tcg'): Promise<RunningMachine> {
  const machine = await Machine.start({ ...options.machine, accelerator });
  const helperPort = new GuestPortState(machine, 'helper-port');
  const agent = new AgentClient(options.machine.sockets.agent);
  const stopWaiting = new AbortController();
  const signals = [stopWaiting.signal, ...(options.signal === undefined ? [] : [options.signal])];
  try {
    await Promise.race([
      Promise.all([disksReady(machine), options.hasHelper ? helperPort.opened() : undefined]),
      machine.exited.then(({ reason, detail }) => {
        throw reason === 'panic'
          ? new LabError('kernel-panic', 'The kernel of the lab machine panicked while it booted.', { detail })
          : new LabError('machine-died', 'The lab machine ended while it booted; start it again.', { detail });
      }),
      delay(options.timeoutMs, undefined, { signal: AbortSignal.any(signals) }).then(
        () => {
          const seconds = String(Math.round(options.timeoutMs / 1000));
          throw new LabError(
            'boot-timeout',
            `The lab machine was not ready after ${seconds} s; close other programs and start it again.`,
            { detail: machine.readConsole().split('\n').slice(-40).join('\n') },
          );
        },
        () => {
          throw new LabError('cancelled', 'The lab was asked to stop while it was starting.');
        },
      ),
    ]);
  } catch (error) {
    agent.close();
    await machine.kill();
    throw error;
  } finally {
    stopWaiting.abort();
  }
  const mirrors = new Map<string, MediumMirror>();
  for (const disk of options.disks) {
    if (disk.settings.medium === 'blkdebug') mirrors.set(disk.name, new MediumMirror(disk, machine.qmp));
  }
  return { machine, agent, helperPort, mirrors };
}

function disksReady(machine: Machine): Promise<void> {
  return new Promise((resolve, reject) => {
    const unsubscribe = machine.onConsoleLine((line) => {
      const [, found, wanted] = DISKS_READY.exec(line) ?? [];
      if (found === undefined || wanted === undefined) return;
      unsubscribe();
      if (Number(found) >= Number(wanted)) {
        resolve();
        return;
      }
      reject(
        new LabError('machine-died', `The lab's kernel found ${found} of ${wanted} disks; it may lack a driver.`, {
          detail: machine.readConsole().split('\n').slice(-40).join('\n'),
        }),
      );
    });
  });
}
