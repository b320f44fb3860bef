import { isDeepStrictEqual } from 'node:util';

import type { LabAction } from '../../app/bridge/lab.ts';
import type { Connection } from '../../app/bridge/snapshot.ts';
import type { BlockDevice } from '../../app/domain/block-device.ts';
import { kernelUnknown } from '../../app/domain/kernel-message.ts';
import { pairOf, type PairPart } from '../../app/domain/pair.ts';
import type { Intent, Plan } from '../../app/domain/plan.ts';
import type { PairSettings } from '../../app/domain/settings.ts';
import type { DriveHealth } from '../../app/domain/smart.ts';
import { appError, type AppError } from '../../app/errors.ts';
import { driveForecast } from '../../app/forecast/drive.ts';
import { driveBehind, type Drive } from '../../app/history/drive.ts';
import { historyOff } from '../../app/history/schema.ts';
import type { NotificationHandler } from '../../app/protocol/client.ts';
import type { NotificationName, NotificationParams, Params, Result } from '../../app/protocol/methods.ts';
import { AlertService } from '../alerts/service.ts';
import { kindOf } from '../forecast/gather.ts';
import type { Connector, HistoryPort, Log, Notifier } from '../ports.ts';
import { Applying } from './applying.ts';
import { LabMirror } from './lab-mirror.ts';
import { DriveMemory } from './drives.ts';
import { judgeDrive } from './judge-drive.ts';
import { asAppError, cancelledError, closedError, notBuilt, OpeningSteps } from './opening.ts';
import { keepSettings, withKnownName, withKnownSettings } from './pair-settings.ts';
import { RepeatedLook } from './repeated-look.ts';
import { SmartFollower } from './smart.ts';
import type { SnapshotStore } from './store.ts';
import { Targets } from './targets.ts';
import { Wire } from './wire.ts';

export interface SessionPorts {
  readonly connector: Connector;
  readonly store: SnapshotStore;
  readonly log: Log;
  readonly version: string;
  /** null where nothing is remembered. */
  readonly history: HistoryPort | null;
  readonly notifier: Pick<Notifier, 'tell'>;
}

type Looking = 'keep' | 'fresh';

type Handlers = { readonly [N in NotificationName]: (params: NotificationParams<N>) => void };

/** One connection: opens and closes it, keeps its part of the snapshot true, carries calls to its helper. */
export class Session {
  readonly connector: Connector;
  readonly targets: Targets;
  readonly history: HistoryPort | null;
  readonly alerts: AlertService;
  readonly #store: SnapshotStore;
  readonly #log: Log;
  readonly #version: string;
  readonly #mirror: LabMirror | null;
  #opening: { readonly controller: AbortController; readonly done: Promise<void> } | null = null;
  #closing: Promise<void> | null = null;
  #wire: Wire | null = null;
  readonly #drives: DriveMemory;
  #smart: SmartFollower | null = null;
  #looks: RepeatedLook | null = null;
  /** The disks shown are older than what is known to have changed. */
  #listFailed = false;
  #refreshing: Promise<void> | null = null;
  /** What to look at once more, when a look is under way: `fresh` reads what stands on the disks, `keep` only what changed. */
  #refreshAgain: Looking | null = null;
  readonly #applying = new Applying((recipe) => this.#change(recipe));
  #installing = false;

  constructor({ connector, store, log, version, history, notifier }: SessionPorts) {
    this.connector = connector;
    this.#store = store;
    this.#log = log;
    this.#version = version;
    this.history = history;
    this.#drives = new DriveMemory(history, log);
    this.alerts = new AlertService({
      history,
      notifier,
      log,
      where: connector.id === 'local' ? null : connector.title,
      show: (view) =>
        this.#change((connection) => {
          connection.alerts = view;
        }),
    });
    history?.onHealth(() => this.#showHistory(history));
    if (history !== null && !isDeepStrictEqual(history.health, historyOff)) this.#showHistory(history);
    this.targets = new Targets((recipe) => this.#change(recipe), log, {
      history,
      observe: (subject, facts) => this.alerts.observe(subject, facts),
      devices: () => this.#disks(),
      isApplying: () => this.#applying.isUnderWay,
      timesOf: (disk) => this.#drives.timesOf(this.#driveBehind(disk)),
    });
    const { lab } = connector;
    this.#mirror = lab === undefined ? null : new LabMirror(lab, (recipe) => this.#change(recipe));
  }

  /** Opens the connection, or joins an opening that is under way. Rejects with the reason that the snapshot shows too. */
  open(): Promise<void> {
    if (this.#wire !== null && this.#closing === null) return Promise.resolve();
    if (this.#opening !== null) return this.#opening.done;
    const controller = new AbortController();
    // The end of a closing that is under way would be taken for the end of this opening.
    const closed = this.#closing?.catch(() => undefined) ?? Promise.resolve();
    const done = closed
      .then(() => this.#open(controller.signal))
      .finally(() => {
        this.#opening = null;
      });
    this.#opening = { controller, done };
    return done;
  }

  /**
   * Ends the helper and everything that was started for it, or joins a closing that is under way. Nothing of the connection is
   * left when it settles; it rejects with the reason, which the snapshot shows too, when the helper itself goes on.
   */
  close(): Promise<void> {
    const opening = this.#opening;
    if (this.#closing !== null && opening === null) return this.#closing;
    opening?.controller.abort();
    const ends = [this.#closing, opening?.done].map((end) => end?.catch(() => undefined) ?? Promise.resolve());
    const closing = this.#close(Promise.all(ends)).finally(() => {
      if (this.#closing === closing) this.#closing = null;
    });
    this.#closing = closing;
    return closing;
  }

  async #close(before: Promise<unknown>): Promise<void> {
    await before;
    this.#forgetWire(appError('connection-closed', 'The connection was closed.', 'Open it again to go on.'));
    const left = await this.connector.close().then(
      () => null,
      (thrown: unknown) => asAppError(thrown),
    );
    this.#mirror?.look();
    this.targets.clear();
    this.#change((connection) => {
      connection.phase = left === null ? { state: 'closed' } : { state: 'failed', error: left.data };
      connection.machine = null;
      connection.devices = [];
      connection.smart = {};
      connection.kernel = kernelUnknown;
      connection.applying = null;
    });
    if (left !== null) throw left;
  }

  /** Ends for good. Rejects as {@link close} does. */
  async dispose(): Promise<void> {
    try {
      await this.close();
    } finally {
      this.#mirror?.stop();
      this.alerts.stop();
      this.history?.close();
    }
  }

  /** The wire to the helper; throws `connection-closed` when there is none. */
  wire(): Wire {
    if (this.#wire !== null) return this.#wire;
    throw closedError(this.connector.title);
  }

  /** What the disks tell of their health; throws `connection-closed` when there is no helper to ask them. */
  smart(): SmartFollower {
    if (this.#smart !== null) return this.#smart;
    throw closedError(this.connector.title);
  }

  /** The drive that a whole disk is; null when it is not there or could be any. */
  driveAt(devno: string): Drive | null {
    const disk = this.#disks().find((one) => one.devno === devno);
    return disk === undefined ? null : this.#driveBehind(disk);
  }

  /** Installs the kernel module and looks at the machine again. */
  async installModule(): Promise<void> {
    if (this.connector.installModule === undefined) {
      throw appError('bad-request', 'The kernel module is there already.', 'Go on without installing it.');
    }
    if (this.#installing) {
      throw appError('busy', 'The kernel module is being installed.', 'Wait until it is finished.');
    }
    this.#installing = true;
    try {
      await this.connector.installModule();
    } finally {
      this.#installing = false;
    }
    if (this.#wire === null) return;
    await this.refreshMachine();
    const { machine } = this.#connection() ?? {};
    // The package's scripts succeed although nothing was built, where the kernel's headers are missing.
    if (machine?.module.state === 'missing') throw notBuilt(machine.kernelRelease);
  }

  /** Looks anew at what the machine can do and what is missing. */
  async refreshMachine(): Promise<void> {
    const machine = await this.wire().call('machine.inspect', {});
    this.#change((connection) => {
      connection.machine = machine;
    });
  }

  plan(intent: Intent, nameIsProposal = false): Promise<Plan> {
    const { devices, targets } = this.#connection() ?? { devices: [], targets: [] };
    const named = nameIsProposal ? withKnownName(intent, { devices, targets }, this.history, this.#log) : intent;
    return this.wire().call('plan', { intent: withKnownSettings(named, devices, this.history, this.#log) });
  }

  /** What holds of a pair since its user has set it: shown, and kept for when it is activated again. */
  settingsHeard(name: string, settings: PairSettings): void {
    const follower = this.targets.follower(name);
    follower.settingsHeard(settings);
    keepSettings(follower.device.uuid, settings, this.history, this.#log);
  }

  /** Applies a plan; when it resolves the snapshot already shows what came of it. */
  async apply(params: Params<'apply'>): Promise<Result<'apply'>> {
    const wire = this.wire();
    this.#applying.begin(params.token);
    try {
      return await wire.call('apply', params);
    } finally {
      await this.#refreshAfterApply();
      this.#applying.end(() => this.#store.tell());
    }
  }

  /** Lists the block devices anew; with `keep` without waking disks that are as they were. */
  refreshDevices(looking: Looking = 'fresh'): Promise<void> {
    this.wire();
    if (this.#refreshing !== null) {
      if (this.#refreshAgain !== 'fresh') this.#refreshAgain = looking;
      return this.#refreshing;
    }
    this.#refreshing = this.#refresh(looking).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async act(act: LabAction): Promise<void> {
    const { lab } = this.connector;
    if (lab === undefined) {
      throw appError('bad-request', 'Only the lab has disks that fail on demand.', 'Open the lab.');
    }
    try {
      if (act.action === 'power-on') await this.open();
      else await lab.act(act);
    } finally {
      this.#mirror?.look();
    }
  }

  async #open(signal: AbortSignal): Promise<void> {
    const steps = new OpeningSteps((recipe) => this.#change(recipe));
    let wire: Wire | null = null;
    try {
      const link = await this.connector.open((text) => steps.begin(text), signal);
      wire = new Wire(link, this.#notified, this.#log);
      const opened = wire;
      const cancelled = cancelledError();
      const abort = (): void => opened.close(cancelled);
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort, { once: true });
      const { helper } = await opened.init({ name: 'dm-remap-desktop', version: this.#version });
      steps.begin('Looking at the disks');
      this.#wire = opened;
      this.#change((connection) => {
        connection.kernel = kernelUnknown;
      });
      // Following begins before the lists are fetched, so that no change falls between.
      await opened.call('events.follow', {});
      const [machine, { devices }] = await Promise.all([
        opened.call('machine.inspect', {}),
        opened.call('devices.list', {}),
      ]);
      const { targets } = await opened.call('targets.list', {});
      signal.removeEventListener('abort', abort);
      signal.throwIfAborted();
      // Before the pairs: which disk a pair lies on is looked up here.
      this.#change((connection) => {
        connection.devices = devices;
      });
      this.targets.attach(opened, targets);
      this.#change((connection) => {
        connection.phase = { state: 'open', helperVersion: helper.version };
        connection.machine = machine;
        // Disks may have been swapped while nobody listened.
        connection.smart = {};
      });
      this.#followSmart(opened);
      this.#smart?.devices(devices);
      this.#mirror?.look();
      this.#log.info({ connection: this.connector.id, helper: helper.version }, 'connection open');
      void opened.closed.then((reason) => this.#lost(opened, reason));
      this.#looks = this.#lookAgain(opened);
    } catch (thrown) {
      const error = signal.aborted ? cancelledError() : asAppError(thrown);
      this.#wire = null;
      wire?.close(error);
      this.#mirror?.look();
      this.#log.warn({ connection: this.connector.id, ...error.data }, 'connection not opened');
      this.#change((connection) => {
        connection.phase = signal.aborted ? { state: 'closed' } : { state: 'failed', error: error.data };
      });
      throw error;
    }
  }

  readonly #handlers: Handlers = {
    'plan.progress': (progress) => this.#applying.heard(progress),
    'target.changed': (params) => {
      // A device of which nothing is known yet: opening lists it in a moment, or the list is old.
      if (!this.targets.changed(params) && this.#opening === null) this.#inBackground(this.#refreshTargets());
    },
    'targets.changed': ({ targets }) => {
      if (this.targets.reconcile(targets)) this.#inBackground(this.refreshDevices('keep'));
    },
    'devices.changed': () => {
      // The list that an opening has asked for may be older than this.
      const opened = this.#opening?.done.catch(() => undefined) ?? Promise.resolve();
      this.#inBackground(opened.then(() => (this.#wire === null ? undefined : this.refreshDevices('keep'))));
    },
    'kernel.log': (state) =>
      this.#change(({ kernel }) => {
        kernel.log = state;
      }),
    'kernel.said': ({ devno, messages }) =>
      this.#change(({ kernel }) => {
        if (messages.length > 0) kernel.said[devno] = messages;
        else Reflect.deleteProperty(kernel.said, devno);
      }),
  };

  readonly #notified: NotificationHandler = (name, params) => this.#handlers[name](params);

  /** Failing to look does not undo what was applied: it is told in the log and mended by the next look. */
  async #refreshAfterApply(): Promise<void> {
    try {
      await this.#refreshTargets();
      await this.refreshDevices();
    } catch (thrown) {
      this.#log.warn({ error: String(thrown) }, 'not seen what a plan changed');
    }
  }

  async #refreshTargets(): Promise<void> {
    const { targets } = await this.wire().call('targets.list', {});
    this.#looks?.heard();
    if (this.targets.reconcile(targets) || this.#listFailed) await this.refreshDevices('keep');
  }

  async #refresh(first: Looking): Promise<void> {
    let looking: Looking | null = first;
    while (looking !== null) {
      this.#refreshAgain = null;
      const asked = this.wire().call('devices.list', looking === 'keep' ? { keep: true } : {});
      const { devices } = await asked.catch((thrown: unknown) => {
        this.#listFailed = true;
        throw thrown;
      });
      this.#listFailed = false;
      this.#change((connection) => {
        connection.devices = devices;
      });
      this.#smart?.devices(devices);
      looking = this.#askedAgain();
    }
  }

  #followSmart(wire: Wire): void {
    this.#smart = new SmartFollower({
      read: (devno) => wire.call('smart.read', { devno }),
      test: (devno, kind) => wire.call('smart.test', { devno, kind }),
      change: (recipe) => this.#change(({ smart }) => recipe(smart)),
      heard: (devno, health, now) => {
        const disk = this.#disks().find((one) => one.devno === devno);
        if (disk !== undefined) this.#driveHeard(disk, health, now);
        this.targets.healthHeard(devno, health);
      },
      log: this.#log,
    });
  }

  #driveHeard(disk: BlockDevice, health: DriveHealth, now: number): void {
    const drive = driveBehind(disk, health);
    this.#drives.heard(drive, health, now);
    judgeDrive(this.alerts, disk, health, this.#pairOf(disk.devno)?.role ?? null);
    const made = driveForecast(health, kindOf(disk), this.#drives.timesOf(drive), now);
    this.#change(({ smart }) => {
      const view = smart[disk.devno];
      if (view !== undefined) view.forecast = made;
    });
  }

  #driveBehind(disk: BlockDevice): Drive | null {
    return driveBehind(disk, this.#connection()?.smart[disk.devno]?.health ?? null);
  }

  /** The live pair that a whole disk is part of. */
  #pairOf(devno: string): PairPart | null {
    const { devices, targets } = this.#connection() ?? { devices: [], targets: [] };
    return pairOf(
      devices,
      targets.map(({ device }) => device),
      devno,
    );
  }

  /** The disks as listed last. */
  #disks(): readonly BlockDevice[] {
    return this.#connection()?.devices ?? [];
  }

  #connection(): Connection | undefined {
    return this.#store.present.connections.find(({ id }) => id === this.connector.id);
  }

  #askedAgain(): Looking | null {
    return this.#refreshAgain;
  }

  #lookAgain(wire: Wire): RepeatedLook {
    return new RepeatedLook({
      look: () => this.#refreshTargets(),
      show: (trouble) =>
        this.#change(({ phase }) => {
          if (phase.state !== 'open') return;
          if (trouble === null) delete phase.trouble;
          else phase.trouble = trouble;
        }),
      giveUp: (error) => wire.close(error),
      log: this.#log,
    });
  }

  /** The helper is gone although nobody closed the connection. */
  #lost(wire: Wire, reason: AppError): void {
    if (this.#wire !== wire) return;
    this.#forgetWire(reason);
    this.#mirror?.look();
    this.#log.error({ connection: this.connector.id, ...reason.data }, 'connection lost');
    this.alerts.unwatched(this.connector.title, reason.data.sentence);
    this.#change((connection) => {
      connection.phase = { state: 'failed', error: reason.data };
    });
  }

  #forgetWire(reason: AppError): void {
    this.#looks?.stop();
    this.#looks = null;
    this.#listFailed = false;
    const wire = this.#wire;
    this.#wire = null;
    this.#smart?.stop();
    this.#smart = null;
    this.targets.detach();
    wire?.close(reason);
  }

  #showHistory({ health }: HistoryPort): void {
    this.#change((connection) => {
      connection.history = health;
    });
  }

  #inBackground(work: Promise<void>): void {
    work.catch((thrown: unknown) => this.#log.warn({ error: String(thrown) }, 'not looked at the machine again'));
  }

  #change(recipe: (connection: Connection) => void): void {
    this.#store.changeConnection(this.connector.id, recipe);
  }
}
