import type { StepProgress } from '../app/domain/plan.ts';
import { HelperServer } from '../app/protocol/server.ts';
import { Questions } from './files/question.ts';
import { Follower } from './follow.ts';
import { makeHandlers } from './handlers.ts';
import { HotPlug } from './hot-plug.ts';
import { KernelWatch } from './kernel/watch.ts';
import type { Mutations } from './mutations.ts';
import { PlanStore } from './plan-store.ts';
import type { FrameWriter } from './transport/frame-writer.ts';

/** Requests that are answered at the same time at most; more are left in the stream until one is done. */
const MAX_AT_ONCE = 16;

/** One client from its first line to the end of its stream: what it planned and follows ends with it. */
export class Session {
  readonly #writer: FrameWriter;
  readonly #server: HelperServer;
  readonly #follower: Follower;
  readonly #hotPlug: HotPlug;
  readonly #kernel: KernelWatch;
  readonly #mutations: Mutations;
  readonly #questions = new Questions();
  readonly #pending = new Set<Promise<void>>();

  /** `mutations` is shared by all sessions of the process: the machine is one. */
  constructor(writer: FrameWriter, mutations: Mutations) {
    this.#writer = writer;
    this.#mutations = mutations;
    const drained = (): Promise<void> => writer.drained();
    this.#kernel = new KernelWatch((name, params) => this.#server.notify(name, params), drained);
    this.#follower = new Follower((name, params) => {
      if (name === 'targets.changed') this.#kernel.refresh();
      this.#server.notify(name, params);
    }, drained);
    this.#hotPlug = new HotPlug((names) => {
      this.#kernel.refresh();
      this.#server.notify('devices.changed', { names });
    });
    const context = {
      mutations,
      follower: this.#follower,
      hotPlug: this.#hotPlug,
      kernel: this.#kernel,
      plans: new PlanStore(),
      questions: this.#questions,
      progress: (progress: StepProgress) => this.#server.notify('plan.progress', progress),
    };
    this.#server = new HelperServer(writer, makeHandlers(context));
  }

  /** Takes a line; resolves when the next may be given, which is not when it was answered. */
  async accept(line: string): Promise<void> {
    await this.#writer.drained();
    while (this.#pending.size >= MAX_AT_ONCE) await Promise.race(this.#pending);
    const answered = this.#server.receive(line).finally(() => this.#pending.delete(answered));
    this.#pending.add(answered);
  }

  /** Ends what runs for the client; a change that is being made is finished (or undone) first. */
  async end(): Promise<void> {
    this.#follower.stop();
    this.#hotPlug.stop();
    this.#questions.stop();
    this.#kernel.stop();
    await this.#mutations.idle();
  }
}
