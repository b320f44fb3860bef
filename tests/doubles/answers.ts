import type { Alert } from '../../app/alerts/schema.ts';
import type { LabAction } from '../../app/bridge/lab.ts';
import type { RequestName, RequestParams, RequestResult } from '../../app/bridge/schema.ts';
import type { ConnectionId } from '../../app/bridge/snapshot.ts';
import { packHealth } from '../../app/bridge/health-pack.ts';
import { confirmationFor, type Intent, type Plan } from '../../app/domain/plan.ts';
import { MAX_REGIONS } from '../../app/domain/region.ts';
import { defaultSettings, pairSettingsSchema } from '../../app/domain/settings.ts';
import { blockCount, type TargetStatus } from '../../app/domain/target.ts';
import { appError } from '../../app/errors.ts';
import type { BridgeDouble } from './bridge.ts';
import { sceneFiles } from './files.ts';
import { pastAnswer, pastCounters, pointOf, scenePast } from './past.ts';
import { makeCells, makeRegions, queryRows } from './rows.ts';
import { SCENE_BLOCK_SECTORS, SCENE_TIME, scenePreview, sceneSnapshot, sceneStatus } from './scene.ts';

export type Answers = {
  readonly [R in RequestName]: (params: RequestParams<R>) => RequestResult<R> | Promise<RequestResult<R>>;
};

const TOKEN = '0123456789abcdef0123456789abcdef';

/** Answers as the broker would give them, from the double's own state. */
export function sceneAnswers(double: BridgeDouble): Answers {
  let planned: Plan | null = null;

  const statusNow = (): TargetStatus => {
    const view = double.snapshot.connections.find((one) => one.id === 'lab')?.targets[0];
    if (view === undefined) throw appError('target-missing', 'There is no such device.', 'Refresh the list.');
    return sceneStatus(double.rows, view.status.spareTotal, view.status.lastEvent);
  };

  return {
    'snapshot.get': () => ({ version: double.version, snapshot: double.snapshot }),
    'connection.open': ({ connection }) => {
      double.changeConnection(connection, (draft) => {
        draft.phase = { state: 'open', helperVersion: '0.1.0' };
        if (draft.devices.length > 0) return;
        const lab = sceneSnapshot(double.rows, double.blocks).connections.find((one) => one.id === 'lab');
        draft.devices = lab?.devices ?? [];
        draft.machine = lab?.machine ?? null;
      });
      return {};
    },
    'connection.close': ({ connection }) => {
      double.changeConnection(connection, (draft) => {
        draft.phase = { state: 'closed' };
      });
      return {};
    },
    'devices.preview': () => ({ disks: [...scenePreview] }),
    'devices.refresh': () => ({}),
    'module.offer': () => ({ offered: false }),
    'module.install': () => ({}),
    plan: ({ connection, intent }) => {
      planned = scenePlan(double, connection, intent);
      return planned;
    },
    apply: ({ connection, token, confirmation }) => {
      if (planned?.token !== token) {
        throw appError('plan-unknown', 'This plan was used already or is too old.', 'Make the plan again.');
      }
      if (planned.confirm !== null && planned.confirm.text !== confirmation) {
        throw appError('confirmation-wrong', 'What was typed does not match.', 'Look at the label and type it again.');
      }
      for (const { id } of planned.steps) {
        double.changeConnection(connection, (draft) => {
          draft.applying = [...(draft.applying ?? []), { token, step: id, state: 'done' }];
        });
      }
      double.changeConnection(connection, (draft) => {
        draft.applying = null;
      });
      const name = 'name' in planned.intent ? planned.intent.name : '';
      const made = planned.intent.action === 'create' || planned.intent.action === 'activate';
      planned = null;
      return { name, path: made ? `/dev/mapper/${name}` : null };
    },
    'target.health': ({ firstBlock, blockCount: count, cells }) => ({
      cells: packHealth(makeCells(double.rows, double.blocks, firstBlock, count, cells)),
    }),
    'target.readTimes': () => {
      const { regionBlocks, regions } = makeRegions(double.blocks, SCENE_TIME, 0, MAX_REGIONS);
      return { regionBlocks, readAt: regions.map(({ scannedAt }) => scannedAt ?? 0) };
    },
    'target.remaps': (query) => queryRows(double.rows, query, SCENE_BLOCK_SECTORS),
    'target.remapsAt': ({ fromBlock, limit }) => {
      const first = double.rows.findIndex((row) => row.block >= fromBlock);
      return { rows: first === -1 ? [] : double.rows.slice(first, first + limit) };
    },
    'target.events': ({ name, before, max }) => {
      const view = double.snapshot.connections.flatMap((one) => one.targets).find((one) => one.device.name === name);
      return { events: (view?.events ?? []).filter(({ number }) => number < before).slice(-max) };
    },
    'target.remap': ({ block, blockCount: count }) => {
      for (let moved = block; moved < block + count; moved += 1) moveBlock(double, moved);
      return statusNow();
    },
    'target.unmap': ({ block }) => {
      double.rows = double.rows.filter((row) => row.block !== block || row.state !== 'mapped');
      double.touchRemaps();
      return statusNow();
    },
    'target.continue': () => ({ ...statusNow(), mode: 'rw' }),
    'target.set': ({ settings }) => {
      let now = defaultSettings;
      double.changeConnection('lab', ({ targets }) => {
        for (const { device } of targets)
          now = device.settings = pairSettingsSchema.parse({ ...device.settings, ...settings });
      });
      return now;
    },
    'target.scan': ({ action }) => ({
      ...statusNow(),
      scanState: ({ start: 'running', resume: 'running', pause: 'paused', stop: 'idle' } as const)[action],
    }),
    'target.scanDoing': () => ({
      doing: statusNow().scanState === 'running' ? { what: 'reading', block: 750_000, milliseconds: 40 } : null,
    }),
    'target.files': ({ ranges }) => sceneFiles(ranges),
    'target.filesStop': () => ({}),
    'smart.read': () => ({}),
    'smart.test': ({ connection, devno, kind }) => {
      double.changeConnection(connection, ({ smart }) => {
        const health = smart[devno]?.health;
        if (health === null || health === undefined) return;
        health.running = kind === 'abort' ? null : { kind, remainingPercent: 90 };
      });
      return {};
    },
    'history.samples': (range) => pastAnswer(scenePast(statusNow(), SCENE_TIME), range),
    'history.at': ({ milliseconds }) => {
      const found = scenePast(statusNow(), SCENE_TIME).findLast(({ to }) => to <= milliseconds);
      return { point: found === undefined ? null : pointOf(found) };
    },
    'history.counters': ({ devno }) => ({ counters: devno === '8:0' ? pastCounters(SCENE_TIME) : [] }),
    'alerts.acknowledge': ({ connection, subject, rule }) => {
      double.changeConnection(connection, ({ alerts }) => {
        const isMeant = (alert: Alert): boolean =>
          (subject === null || alert.subject === subject) && (rule === null || alert.rule === rule);
        alerts.open = alerts.open.filter((alert) => !isMeant(alert));
      });
      return {};
    },
    'alerts.mute': ({ connection, subject, muted }) => {
      double.changeConnection(connection, ({ alerts }) => {
        alerts.muted = [...alerts.muted.filter((one) => one !== subject), ...(muted ? [subject] : [])];
      });
      return {};
    },
    'alerts.quiet': ({ quiet }) => {
      double.change(({ connections }) => {
        for (const { alerts } of connections) alerts.quiet = quiet;
      });
      return {};
    },
    'lab.act': ({ act }) => {
      actOnLab(double, act);
      return {};
    },
  };
}

function scenePlan(double: BridgeDouble, connection: ConnectionId, intent: Intent): Plan {
  const devices = double.snapshot.connections.find((one) => one.id === connection)?.devices ?? [];
  const find = (devno: string): Plan['entries'][number]['device'] =>
    devices.find((device) => device.devno === devno) ?? null;
  const main = 'main' in intent ? find(intent.main.devno) : null;
  const spare = 'spare' in intent ? find(intent.spare.devno) : null;
  const reasons = spare?.asSpare ?? [];
  const expected = spare === null ? null : confirmationFor(spare);
  const holds = (device: typeof main): string => device?.content?.type ?? 'Nothing that is known.';
  return {
    token: TOKEN,
    intent,
    entries: [
      {
        role: 'main',
        device: main,
        title: main?.model ?? 'Main',
        holds: holds(main),
        willHappen: 'Nothing is written to it. It is read and written through the new device from now on.',
        destructive: false,
      },
      {
        role: 'spare',
        device: spare,
        title: spare?.model ?? 'Spare',
        holds: holds(spare),
        willHappen: 'Everything on it is erased.',
        destructive: true,
      },
      {
        role: 'mapping',
        device: null,
        title: `/dev/mapper/${'name' in intent ? intent.name : ''}`,
        holds: 'What the main disk holds.',
        willHappen: 'Appears.',
        destructive: false,
      },
    ],
    reasons: [...reasons],
    applicable: reasons.every((reason) => reason.level !== 'block'),
    steps: [
      { id: 'wipe', text: 'Erase the signatures on the spare' },
      { id: 'create', text: 'Make the protected device' },
      { id: 'check', text: 'Check that it answers' },
    ],
    commands: ['wipefs --all /dev/sdc', "dmsetup create weak-disk --table '0 8000000 remap 8:0 8:32 8 1 format'"],
    confirm: intent.action === 'create' ? expected : null,
    spareBlocks: spare === null ? null : Math.floor(spare.sizeSectors / SCENE_BLOCK_SECTORS) - 512,
  };
}

/** One block goes to the spare, with its event and its sample, as after a failed write. */
export function moveBlock(double: BridgeDouble, block: number): void {
  const at = double.rows.findIndex((row) => row.block >= block);
  const found = double.rows[at]?.block === block;
  const spareBlock = double.rows.length;
  const row = {
    block,
    spareBlock,
    state: 'mapped',
    cause: 'auto',
    residency: 'ff',
    seconds: SCENE_TIME / 1000,
  } as const;
  const index = at === -1 ? double.rows.length : at;
  double.rows = [...double.rows.slice(0, index), row, ...double.rows.slice(found ? index + 1 : index)];
  double.changeConnection('lab', (lab) => {
    const view = lab.targets[0];
    if (view === undefined || block >= blockCount(view.device)) return;
    const number = view.status.lastEvent + 1;
    view.status = sceneStatus(double.rows, view.status.spareTotal, number);
    view.heard = SCENE_TIME + number;
    view.events.push({ number, milliseconds: SCENE_TIME + number, type: 'remap', block, spareBlock, detail: 'auto' });
    view.events = view.events.slice(-200);
    view.remapsRevision += 1;
    view.samples.push({
      milliseconds: SCENE_TIME + number * 100,
      moved: view.status.spareUsed,
      pending: view.status.pending,
      spareFree: view.status.spareTotal - view.status.spareUsed - view.status.spareBad,
      readErrors: view.status.readErrors,
      writeErrors: view.status.writeErrors,
    });
    view.samples = view.samples.slice(-600);
  });
}

function actOnLab(double: BridgeDouble, act: LabAction): void {
  double.changeConnection('lab', (connection) => {
    const lab = connection.lab;
    if (lab === null) return;
    const disk = 'disk' in act ? lab.disks.find((one) => one.name === act.disk) : undefined;
    switch (act.action) {
      case 'add-faults':
        if (disk === undefined) break;
        disk.faults.push(...act.faults);
        disk.faultySectors += act.faults.reduce((sum, fault) => sum + fault.sectorCount, 0);
        break;
      case 'add-pattern':
        if (disk === undefined) break;
        for (let index = 0; index < 40; index += 1) {
          const firstSector = act.pattern === 'scattered' ? 1_000 + index * 150_000 : 3_000_000 + index * 16;
          disk.faults.push({ firstSector, sectorCount: 8, fails: act.fails, healOnWrite: act.healOnWrite });
        }
        disk.faultySectors += 40 * 8;
        break;
      case 'remove-faults':
      case 'clear-faults':
        if (disk === undefined) break;
        disk.faults = [];
        disk.faultySectors = 0;
        break;
      case 'pull':
      case 'plug':
        if (disk !== undefined) disk.pulled = act.action === 'pull';
        break;
      case 'cut-power':
        lab.power = 'off';
        connection.phase = {
          state: 'failed',
          error: {
            code: 'connection-closed',
            sentence: "The lab machine's power was cut.",
            remedy: 'Switch it on again: its disks are as they were.',
          },
        };
        break;
      case 'power-on':
        lab.power = 'on';
        connection.phase = { state: 'open', helperVersion: '0.1.0' };
        break;
      case 'workload-start':
        lab.workload.state = 'writing';
        lab.workload.target = act.target;
        lab.workload.writesAcknowledged += 4_096;
        break;
      case 'workload-stop':
        lab.workload.state = 'stopped';
        break;
      case 'workload-verify':
        lab.workload.state = 'verifying';
        lab.workload.blocksVerified = lab.workload.writesAcknowledged;
        break;
    }
  });
}
