import type { StepProgress } from '../app/domain/plan.ts';
import { settingWords } from '../app/domain/settings.ts';
import type { TargetStatus } from '../app/domain/target.ts';
import { appError } from '../app/errors.ts';
import { methods, PROTOCOL_VERSION } from '../app/protocol/methods.ts';
import type { Handlers } from '../app/protocol/server.ts';
import { applyPlan, makePlan } from './actions/index.ts';
import { refusedMessage } from './actions/message.ts';
import { describe, survey } from './devices.ts';
import { KnownContents } from './disk-contents.ts';
import { filesOn } from './files/index.ts';
import type { Questions } from './files/question.ts';
import type { Follower } from './follow.ts';
import type { HotPlug } from './hot-plug.ts';
import type { KernelWatch } from './kernel/watch.ts';
import { log } from './log.ts';
import { inspectMachine } from './machine.ts';
import { listProtected, query, readStatus } from './mappings.ts';
import type { Mutations } from './mutations.ts';
import { parseHealth, parseRemaps } from './parse/messages.ts';
import type { PlanStore } from './plan-store.ts';
import { readRegions } from './regions.ts';
import { readScanDoing } from './scan-doing.ts';
import { scanMessage } from './scan-message.ts';
import { readSmartOf, selfTestOf } from './smart/index.ts';
import { readEvents } from './target-events.ts';
import { setOnPair } from './settings.ts';
import { helperVersion } from './version.ts';

export interface HandlerContext {
  readonly mutations: Mutations;
  readonly follower: Follower;
  readonly hotPlug: HotPlug;
  readonly kernel: KernelWatch;
  readonly plans: PlanStore;
  readonly questions: Questions;
  readonly progress: (progress: StepProgress) => void;
}

/** The verbs of the protocol for one session. */
export function makeHandlers(context: HandlerContext): Handlers {
  const { mutations, follower, hotPlug, kernel, plans, questions, progress } = context;
  const contents = new KnownContents();
  /** Sends a message that changes something; gives the state after it. */
  const change = (verb: string, name: string, message: readonly (string | number)[]): Promise<TargetStatus> =>
    mutations.run(verb, { name, message: message.join(' ') }, async () => {
      // A name that is no pair is told apart from a message that is refused.
      await readStatus(name);
      await refusedMessage(() => query(name, message));
      return readStatus(name);
    });

  return {
    init: ({ protocol, client }) => {
      if (protocol !== PROTOCOL_VERSION) return Promise.reject(protocolMismatch(protocol));
      log('info', 'session', { client: `${client.name} ${client.version}` });
      return Promise.resolve({
        protocol: PROTOCOL_VERSION,
        helper: { version: helperVersion, pid: process.pid, uid: process.getuid?.() ?? 0 },
        capabilities: Object.keys(methods),
      });
    },
    'machine.inspect': () => inspectMachine(),
    'devices.list': async ({ keep = false }) => ({
      devices: describe(await survey(contents, keep)).map(({ device }) => device),
    }),
    'targets.list': async () => ({ targets: await listProtected() }),
    plan: ({ intent }) => makePlan(intent, plans),
    apply: async ({ token, confirmation }) => {
      const { intent } = plans.get(token).plan;
      try {
        return await mutations.run(`apply ${intent.action}`, { intent }, () =>
          applyPlan(token, confirmation, plans, progress),
        );
      } finally {
        // Failed or not, the pairs may be others now. What it tells comes after the answer or before: both are true.
        follower
          .refresh()
          .catch((thrown: unknown) => log('error', 'the pairs cannot be listed', { error: String(thrown) }));
      }
    },
    'target.status': ({ name }) => readStatus(name),
    'target.remaps': async ({ name, cursor, max }) =>
      parseRemaps(await askPair(name, () => query(name, ['remaps', cursor, max]))),
    'target.health': async ({ name, firstBlock, blockCount, cells }) => ({
      cells: parseHealth(await askPair(name, () => query(name, ['health', firstBlock, blockCount, cells]))),
    }),
    'target.regions': ({ name, first, max }) => askPair(name, () => readRegions(name, first, max)),
    'target.events': async ({ name, after, max }) => {
      const { rows, next } = await askPair(name, () => readEvents(name, after, max));
      return { events: rows, next };
    },
    'target.remap': ({ name, block, blockCount }) => change('remap', name, ['remap', block, blockCount]),
    'target.unmap': ({ name, block }) => change('unmap', name, ['unmap', block]),
    'target.continue': ({ name }) => change('continue', name, ['continue']),
    'target.set': ({ name, settings }) => {
      const words = settingWords(settings);
      // A look is no change: it neither waits for one nor stands in the log as one.
      if (words.length === 0) return setOnPair(name, words);
      return mutations.run('set', { name, settings: words.map((pair) => pair.join('=')).join(' ') }, () =>
        setOnPair(name, words),
      );
    },
    'target.scan': async ({ name, action, range }) => change('scan', name, await scanMessage(name, action, range)),
    'target.scanDoing': ({ name }) => readScanDoing(name),
    'target.files': ({ name, ranges }) => questions.ask((run) => filesOn(name, ranges, run)),
    'target.filesStop': () => {
      questions.stop();
      return Promise.resolve({});
    },
    'smart.read': ({ devno }) => readSmartOf(devno),
    'smart.test': async ({ devno, kind }) => {
      await mutations.run('smart.test', { devno, kind }, () => selfTestOf(devno, kind));
      return {};
    },
    'events.follow': async () => {
      hotPlug.start();
      kernel.start();
      await follower.start();
      return {};
    },
  };
}

/** Asks a pair something. When that fails because the mapping is no pair at all, says that instead. */
async function askPair<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await refusedMessage(work);
  } catch (thrown) {
    await readStatus(name);
    throw thrown;
  }
}

function protocolMismatch(protocol: number): Error {
  return appError(
    'protocol-mismatch',
    'The privileged helper is of another version than this program.',
    'Install the same version of both, then try again.',
    `helper speaks ${PROTOCOL_VERSION}, the program ${protocol}`,
  );
}
