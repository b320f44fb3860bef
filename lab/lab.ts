import { createConnection, type Socket } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Duplex, Writable } from 'node:stream';
import type { ExecOptions, ExecOutcome } from './agent-client.ts';
import { boot, type RunningMachine } from './boot.ts';
import { cacheFolder } from './cache/paths.ts';
import { putExt4, putPartitions } from './disk/contents.ts';
import { LabDisk } from './disk/disk.ts';
import { DEFAULT_DISKS, diskSettings, type DiskSettings } from './disk/options.ts';
import { RequestClock } from './disk/request-log.ts';
import type { PowerLoss } from './disk/write-cache.ts';
import { LabError, throwIfCancelled } from './errors.ts';
import { Emitter, type Listener, type Unsubscribe } from './events.ts';
import { NbdServer } from './nbd/server.ts';
import type { LabOptions, LabProgress } from './options.ts';
import { prepare } from './prepare.ts';
import type { MachineOptions, MachineSockets } from './qemu/arguments.ts';
import { diskDevices, partNames } from './qemu/devices.ts';
import type { MachineExit } from './qemu/machine.ts';
import { cleanAtExit, scratchFolder } from './scratch.ts';
import { Workload, type WorkloadOptions } from './workload/workload.ts';
import { rm } from 'node:fs/promises';

const BOOT_TIMEOUT_MS = 120_000;
const UNPLUG_TIMEOUT_MS = 30_000;

/** A machine with disks that fail on demand. It is running, or off after a power cut or a crash, until `stop`. */
export class Lab {
  readonly #options: LabOptions;
  readonly #folder: string;
  readonly #disks: ReadonlyMap<string, LabDisk>;
  readonly #nbd: NbdServer;
  readonly #machineOptions: Omit<MachineOptions, 'accelerator'>;
  readonly #forget: () => void;
  readonly #exits = new Emitter<MachineExit>();
  readonly #kernelLog = new Emitter<string>();
  readonly #console = new Emitter<string>();
  readonly #workloads = new Set<Workload>();
  #running: RunningMachine | undefined;
  #helper: Socket | undefined;
  /** How often the helper's port had been opened when the last session began. */
  #usedOpens = 0;
  #stopped = false;

  private constructor(
    options: LabOptions,
    folder: string,
    disks: ReadonlyMap<string, LabDisk>,
    nbd: NbdServer,
    machineOptions: Omit<MachineOptions, 'accelerator'>,
  ) {
    this.#options = options;
    this.#folder = folder;
    this.#disks = disks;
    this.#nbd = nbd;
    this.#machineOptions = machineOptions;
    this.#forget = cleanAtExit(folder, () => this.#running?.machine.killNow());
  }

  /**
   * Starts a machine; resolves when its disks are there and its helper, if any, listens. The first start on a computer
   * fetches and builds what is missing and takes minutes; later ones take seconds.
   */
  static async start(options: LabOptions): Promise<Lab> {
    throwIfCancelled(options.signal);
    const settings = allSettings(options);
    const report = (phase: LabProgress['phase'], message: string): void => options.onProgress?.({ phase, message });
    const clock = new RequestClock();
    const disks = new Map(settings.map((disk) => [disk.name, new LabDisk(disk, clock)]));
    const folder = await scratchFolder();
    const sockets: MachineSockets = {
      monitor: join(folder, 'monitor'),
      helper: join(folder, 'helper'),
      agent: join(folder, 'agent'),
      nbd: join(folder, 'nbd'),
    };
    const nbd = new NbdServer(disks);
    let lab: Lab | undefined;
    try {
      const prepared = await prepare(options, settings, folder, report);
      for (const disk of disks.values()) {
        if (disk.settings.ext4 !== undefined) await putExt4(disk, disk.settings.ext4, options.cache ?? cacheFolder());
        if (disk.settings.partitions !== undefined) putPartitions(disk, disk.settings.partitions);
      }
      await nbd.listen(sockets.nbd);
      lab = new Lab(options, folder, disks, nbd, {
        kernelImage: prepared.kernel.image,
        initramfs: prepared.initramfs,
        rootImage: prepared.rootImage,
        cpus: options.cpus ?? 2,
        memoryMiB: options.memoryMiB ?? 1024,
        kernelArguments: options.kernelArguments ?? [],
        threads: options.threads ?? 'single',
        qemuArguments: options.qemuArguments ?? [],
        disks: settings.map((disk, index) => diskDevices(disk, index, sockets.nbd)),
        hasScsi: settings.some((disk) => disk.bus === 'virtio-scsi'),
        hasUsb: settings.some((disk) => disk.bus === 'usb'),
        sockets,
      });
      report('boot', 'Starting the machine');
      await lab.restart();
      return lab;
    } catch (error) {
      if (lab !== undefined) await lab.stop();
      else await Promise.all([nbd.close(), rm(folder, { recursive: true, force: true })]);
      throw error;
    }
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Process id of QEMU, or undefined while the machine is off. */
  get pid(): number | undefined {
    return this.#running?.machine.pid;
  }

  /** The disks by name. */
  get disks(): ReadonlyMap<string, LabDisk> {
    return this.#disks;
  }

  disk(name: string): LabDisk {
    const disk = this.#disks.get(name);
    if (disk !== undefined) return disk;
    const known = [...this.#disks.keys()].join(', ');
    throw new LabError('bad-option', `The lab has no disk "${name}"; it has ${known}.`);
  }

  /** The machine ended without being asked to: it panicked or QEMU died. The lab is off; `restart` starts it again. */
  onExit(listener: Listener<MachineExit>): Unsubscribe {
    return this.#exits.on(listener);
  }

  /** A message of the guest's kernel. */
  onKernelMessage(listener: Listener<string>): Unsubscribe {
    return this.#kernelLog.on(listener);
  }

  onConsoleLine(listener: Listener<string>): Unsubscribe {
    return this.#console.on(listener);
  }

  /** What the serial console gives from now on until the machine ends, as it comes. */
  onConsoleOutput(listener: Listener<string>): Unsubscribe {
    return this.#machine().machine.onConsoleOutput(listener);
  }

  /** The serial console's last lines. */
  readConsole(): string {
    return this.#machine().machine.readConsole();
  }

  /** Where to type on the serial console; only useful to a guest that reads it. */
  get consoleInput(): Writable {
    return this.#machine().machine.consoleInput;
  }

  /**
   * A new session with the helper: its byte stream, one JSON-RPC message per line. Ends when the helper or the machine
   * does. Only one session is open at a time; a new one closes the old and meets a helper that was started afresh.
   */
  async helper(): Promise<Duplex> {
    if (this.#options.helperBundle === undefined) {
      throw new LabError('bad-option', 'This lab was started without a helper; give helperBundle.');
    }
    const { agent, helperPort, machine } = this.#machine();
    this.#helper?.destroy();
    await agent.nextHelper();
    // What is told of the port comes late: what belongs to the helper before has to be over.
    const ended = machine.exited.then(() => {
      throw new LabError('machine-died', 'The lab machine ended while its helper was starting; start it again.');
    });
    await Promise.race([helperPort.opened(this.#usedOpens), ended]);
    this.#usedOpens = helperPort.opens;
    const socket = createConnection(this.#machineOptions.sockets.helper);
    this.#helper = socket;
    // A stream that breaks ends; whoever holds it sees that.
    socket.on('error', () => socket.destroy());
    // QEMU keeps its end of the socket when the program in the guest is gone.
    const stop = helperPort.onClose(() => socket.destroy());
    socket.once('close', stop);
    await once(socket, 'connect');
    return socket;
  }

  /** Runs a program of the guest as root, by its absolute path and without a shell. */
  async exec(file: string, args: readonly string[] = [], options: ExecOptions = {}): Promise<ExecOutcome> {
    return this.#machine().agent.exec(file, args, options);
  }

  /** The path of a disk's block device in the guest, such as `/dev/nvme0n1`. It may change at a restart. */
  async devicePath(name: string): Promise<string> {
    const { serial } = this.disk(name).settings;
    const path = (await this.#machine().agent.devices())[serial];
    if (path !== undefined) return path;
    throw new LabError('bad-option', `The guest does not see the disk "${name}"; is it pulled?`);
  }

  /** Starts checked writes to a device in the guest. */
  async startWorkload(options: WorkloadOptions): Promise<Workload> {
    const workload = new Workload(options, async () => Promise.resolve(this.#machine().agent));
    await workload.start();
    this.#workloads.add(workload);
    return workload;
  }

  /**
   * Cuts the power: the machine ends at once, requests under way are lost, and each disk loses of its write cache what
   * `lose` says; with a seed, the same part each time.
   */
  async powerCut(options: { readonly lose: PowerLoss } = { lose: 'all' }): Promise<void> {
    const { machine, agent } = this.#machine();
    this.#running = undefined;
    machine.killNow();
    // In one go with the kill: nothing the machine still sends reaches a disk.
    let index = 0;
    for (const disk of this.#disks.values()) {
      disk.cutPower(typeof options.lose === 'object' ? { seed: options.lose.seed + index++ } : options.lose);
    }
    this.#nbd.disconnectAll();
    for (const workload of this.#workloads) workload.powerCut();
    agent.close();
    await machine.exited;
  }

  /** Starts a machine that is off, with the disks as they are. */
  async restart(): Promise<void> {
    if (this.#stopped) throw new LabError('machine-died', 'This lab was stopped; start a new one.');
    if (this.#running !== undefined)
      throw new LabError('bad-option', 'The lab machine is running; cut its power first.');
    const running = await boot({
      machine: this.#machineOptions,
      accelerator: this.#options.accelerator ?? 'auto',
      disks: [...this.#disks.values()],
      hasHelper: this.#options.helperBundle !== undefined,
      timeoutMs: this.#options.bootTimeoutMs ?? BOOT_TIMEOUT_MS,
      signal: this.#options.signal,
    });
    this.#usedOpens = 0;
    this.#running = running;
    running.agent.onEvent((event) => {
      if (event.event === 'kernel-log') for (const line of event.lines) this.#kernelLog.emit(line);
    });
    running.machine.onConsoleLine((line) => {
      this.#console.emit(line);
    });
    void running.machine.exited.then((exit) => {
      this.#ended(running, exit);
    });
  }

  /** Ends the machine, as by a power cut, and removes everything the lab made but its cache. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    if (this.#running !== undefined) await this.powerCut();
    await this.#nbd.close();
    this.#forget();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Pulls a disk's cable: the machine sees the device go. */
  async pull(name: string): Promise<void> {
    this.#removable(name);
    const { qmp } = this.#machine().machine;
    const { device } = partNames(name);
    const gone = Promise.withResolvers<undefined>();
    const unsubscribe = qmp.onEvent(({ event, data }) => {
      if (event === 'DEVICE_DELETED' && data['device'] === device) gone.resolve(undefined);
    });
    const timer = setTimeout(() => {
      gone.reject(new LabError('timeout', `The guest did not let go of the disk "${name}".`));
    }, UNPLUG_TIMEOUT_MS);
    try {
      await qmp.execute('device_del', { id: device });
      await gone.promise;
    } finally {
      clearTimeout(timer);
      unsubscribe();
    }
  }

  /** Plugs a pulled disk in again. */
  async plug(name: string): Promise<void> {
    const properties = this.#removable(name);
    await this.#machine().machine.qmp.execute('device_add', properties);
  }

  /** Resolves when the machine sees the faults of all disks as they are now; see `MediumMirror`. */
  async faultsSettled(): Promise<void> {
    for (const mirror of this.#machine().mirrors.values()) await mirror.settled();
  }

  #removable(name: string): Readonly<Record<string, unknown>> {
    const { settings } = this.disk(name);
    const index = [...this.#disks.keys()].indexOf(name);
    const { removable } = diskDevices(settings, index, this.#machineOptions.sockets.nbd);
    if (removable !== undefined) return removable;
    throw new LabError('bad-option', `The disk "${name}" is on a bus (${settings.bus}) whose disks cannot be pulled.`);
  }

  #machine(): RunningMachine {
    if (this.#running !== undefined) return this.#running;
    throw new LabError('machine-died', 'The lab machine is not running; start it first.');
  }

  #ended(running: RunningMachine, exit: MachineExit): void {
    running.agent.close();
    this.#helper?.destroy();
    for (const mirror of running.mirrors.values()) mirror.close();
    if (this.#running !== running) return;
    this.#running = undefined;
    this.#nbd.disconnectAll();
    // Without a power cut nothing is lost from the disks' caches, but what was not durable is no longer owed.
    for (const disk of this.#disks.values()) disk.cutPower('none');
    for (const workload of this.#workloads) workload.powerCut();
    this.#exits.emit(exit);
  }
}

function allSettings(options: LabOptions): DiskSettings[] {
  const settings = (options.disks ?? DEFAULT_DISKS).map(diskSettings);
  for (const key of ['name', 'serial'] as const) {
    const values = settings.map((disk) => disk[key]);
    const twice = values.find((value, index) => values.indexOf(value) !== index);
    if (twice !== undefined) throw new LabError('bad-option', `Two disks of the lab have the ${key} "${twice}".`);
  }
  return settings;
}
