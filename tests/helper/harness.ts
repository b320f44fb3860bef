import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';

import type { BlockDevice } from '../../app/domain/block-device.ts';
import type { Intent, Plan } from '../../app/domain/plan.ts';
import { toErrorData, type ErrorData } from '../../app/errors.ts';
import { HelperClient } from '../../app/protocol/client.ts';
import { LineCutter } from '../../app/protocol/frames.ts';
import type { MethodName, NotificationName, NotificationParams, Params, Result } from '../../app/protocol/methods.ts';
import { Lab, type DiskOptions, type LabDisk, type LabOptions } from '../../lab/index.ts';

const MIB = 1024 * 1024;

/** Disks that can be pulled, each with a serial whose last four characters differ. */
const disks: readonly DiskOptions[] = [
  {
    name: 'main',
    bytes: 32 * MIB,
    bus: 'virtio-scsi',
    model: 'TEST MAIN',
    serial: 'MAIN-0001',
    wwn: '5000c50000000001',
  },
  { name: 'spare', bytes: 16 * MIB, bus: 'virtio-scsi', model: 'TEST SPARE', serial: 'SPARE-0002' },
  { name: 'other', bytes: 32 * MIB, bus: 'virtio-scsi', model: 'TEST OTHER', serial: 'OTHER-0003' },
  { name: 'tiny', bytes: MIB, bus: 'virtio-scsi', model: 'TEST TINY', serial: 'TINY-0004' },
];

/** What the helper said unasked. */
export type Note = {
  [N in NotificationName]: { readonly name: N; readonly params: NotificationParams<N> };
}[NotificationName];

/** A client of the helper in the machine. */
export class TestClient {
  readonly notes: Note[] = [];
  readonly #client: HelperClient;
  #waiting: (() => void)[] = [];

  constructor(stream: NodeJS.ReadWriteStream) {
    const cutter = new LineCutter();
    this.#client = new HelperClient({ send: (line) => void stream.write(`${line}\n`) }, (name, params) =>
      this.#noted({ name, params } as Note),
    );
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      for (const line of cutter.push(chunk).lines) this.#client.receive(line);
    });
  }

  init(): Promise<Result<'init'>> {
    return this.#client.init({ name: 'test', version: '0' });
  }

  call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> {
    return this.#client.call(method, params);
  }

  /** The error that a call is refused with; fails when it is answered. */
  async refused<M extends MethodName>(method: M, params: Params<M>): Promise<ErrorData> {
    const answer = await this.call(method, params).then(
      (result) => ({ result }),
      (thrown: unknown) => ({ error: toErrorData(thrown) }),
    );
    if ('result' in answer) throw new Error(`${method} was not refused: ${JSON.stringify(answer.result)}`);
    return answer.error;
  }

  /** The first notification of which `test` holds, past or to come, from number `from` on. */
  async note<N extends NotificationName>(
    name: N,
    test: (params: NotificationParams<N>) => boolean = () => true,
    from = 0,
  ): Promise<NotificationParams<N>> {
    for (;;) {
      for (const note of this.notes.slice(from)) {
        const params = note.params as NotificationParams<N>;
        if (note.name === name && test(params)) return params;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #noted(note: Note): void {
    this.notes.push(note);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** One machine for the tests of a file, with a session of its helper. */
export class HelperFixture {
  #lab: Lab | undefined;
  #client: TestClient | undefined;
  readonly #places = new Map<string, { path: string; devno: string }>();
  readonly #options: LabOptions;
  readonly #entry: string;

  /** `options` of the machine in place of the usual ones, and the program that runs in the helper's place. */
  constructor(options: LabOptions = {}, entry = 'helper/main.ts') {
    this.#options = options;
    this.#entry = entry;
  }

  get lab(): Lab {
    if (this.#lab === undefined) throw new Error('the machine is not running yet');
    return this.#lab;
  }

  get client(): TestClient {
    if (this.#client === undefined) throw new Error('there is no session yet');
    return this.#client;
  }

  async start(): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'helper-test-'));
    try {
      const helperBundle = join(folder, 'helper.cjs');
      await build({
        entryPoints: [this.#entry],
        outfile: helperBundle,
        bundle: true,
        platform: 'node',
        format: 'cjs',
        logLevel: 'error',
      });
      this.#lab = await Lab.start({ disks, helperBundle, ...this.#options });
    } finally {
      await rm(folder, { recursive: true });
    }
    await this.open();
    await this.#findDisks();
  }

  /** Begins to speak with the program in the machine. */
  protected async open(): Promise<void> {
    await this.connect();
  }

  /** A new session, of a helper that was started afresh. */
  async connect(): Promise<TestClient> {
    this.#client = new TestClient(await this.lab.helper());
    await this.#client.init();
    return this.#client;
  }

  /** Starts the machine again after its power was cut. */
  async restart(): Promise<void> {
    await this.lab.restart();
    await this.open();
    await this.#findDisks();
  }

  async stop(): Promise<void> {
    await this.#lab?.stop();
  }

  disk(name: string): LabDisk {
    return this.lab.disk(name);
  }

  /** The device as the helper tells it now. */
  async device(name: string): Promise<BlockDevice> {
    const { serial } = this.disk(name).settings;
    const { devices } = await this.client.call('devices.list', {});
    const found = devices.find((device) => device.serial === serial && device.kind === 'disk');
    if (found === undefined) throw new Error(`the helper does not tell the disk "${name}"`);
    return found;
  }

  /** `major:minor` of a disk in the machine. */
  ref(name: string): { devno: string } {
    return { devno: this.#place(name).devno };
  }

  /** `/dev/sd…` of a disk in the machine. */
  path(name: string): string {
    return this.#place(name).path;
  }

  #place(name: string): { path: string; devno: string } {
    const place = this.#places.get(name);
    if (place === undefined) throw new Error(`the disk "${name}" is not plugged in`);
    return place;
  }

  /** Looks up where the disks are; they may be elsewhere after one was pulled. */
  async #findDisks(): Promise<void> {
    const listed = await this.sh(
      'for f in /sys/block/sd*/device/vpd_pg80 /sys/block/nvme*/device/serial; do [ -e $f ] || continue; d=${f%/device/*}; echo "${d##*/} $(cat $d/dev) $(tr -cd "!-~" < $f)"; done',
    );
    const rows = listed.split('\n').map((line) => line.split(' '));
    this.#places.clear();
    for (const [name, { settings }] of this.lab.disks) {
      const [kernelName, devno] = rows.find(([, , page]) => page?.endsWith(settings.serial) === true) ?? [];
      if (kernelName !== undefined && devno !== undefined)
        this.#places.set(name, { path: `/dev/${kernelName}`, devno });
    }
  }

  createIntent(change: Partial<Extract<Intent, { action: 'create' }>> = {}): Intent {
    return {
      action: 'create',
      main: this.ref('main'),
      spare: this.ref('spare'),
      name: 'disk',
      blockSectors: 8,
      eraseSpare: false,
      ...change,
    };
  }

  plan(intent: Intent): Promise<Plan> {
    return this.client.call('plan', { intent });
  }

  /** Plans and applies with the right confirmation. */
  async do(intent: Intent): Promise<Result<'apply'>> {
    const plan = await this.plan(intent);
    return this.client.call('apply', { token: plan.token, confirmation: plan.confirm === null ? null : '0002' });
  }

  async createPair(): Promise<void> {
    await this.do(this.createIntent());
  }

  /** Runs a script in the machine; fails when it fails. */
  async sh(script: string): Promise<string> {
    const { code, stdout, stderr } = await this.lab.exec('/bin/sh', ['-ec', script]);
    if (code !== 0) throw new Error(`${script}: ${stderr}`);
    return stdout;
  }

  /** Names of the live mappings. */
  async mappings(): Promise<string[]> {
    const listed = await this.sh('dmsetup ls');
    return listed.split('\n').flatMap((line) => (line.includes('\t') ? [line.split('\t')[0] ?? ''] : []));
  }

  /** A digest of every byte of every disk. */
  bytes(): string {
    const digest = createHash('sha256');
    for (const disk of this.lab.disks.values()) digest.update(disk.hash());
    return digest.digest('hex');
  }

  /** Removes what a test left, plugs in what it pulled and blanks the disks. */
  async cleanUp(): Promise<void> {
    await this.sh(
      'umount -a -t ext4 2>/dev/null || true; for m in $(dmsetup ls | grep -v "No dev" | cut -f1); do dmsetup remove -f --retry $m; done',
    );
    for (const [name, disk] of this.lab.disks) {
      disk.faults.clear();
      for (let first = 0; first < disk.bytes / 512; first += 2048) disk.writeSectors(first, Buffer.alloc(2048 * 512));
      if (!this.#places.has(name)) await this.plug(name);
    }
    await this.lab.faultsSettled();
  }

  async pull(name: string): Promise<void> {
    await this.lab.pull(name);
    this.#places.delete(name);
  }

  /** Plugs a disk in and waits until the kernel and udev have it. */
  async plug(name: string): Promise<void> {
    await this.lab.plug(name);
    const { model } = this.disk(name).settings;
    await this.sh(`until grep -q '${model}' /sys/class/block/sd*/device/model; do sleep 0.05; done; udevadm settle`);
    await this.#findDisks();
  }
}

/** Registers a machine for all tests of the calling file; each begins with blank disks and no mapping. */
export function useHelper(): HelperFixture {
  const fixture = new HelperFixture();
  beforeAll(() => fixture.start());
  afterAll(() => fixture.stop());
  afterEach(() => fixture.cleanUp());
  return fixture;
}

/** Holds that `act` is refused with `code` and a sentence, and that no byte and no mapping is other than before. */
export async function expectRefusal(
  fixture: HelperFixture,
  code: ErrorData['code'],
  act: () => Promise<ErrorData>,
): Promise<ErrorData> {
  const before = [fixture.bytes(), await fixture.mappings()];
  const error = await act();
  expect({ code: error.code, is: error }).toMatchObject({ code });
  expect([fixture.bytes(), await fixture.mappings()]).toEqual(before);
  return error;
}
