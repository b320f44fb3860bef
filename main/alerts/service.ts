import {
  absorb,
  acknowledge,
  deliveryOf,
  isDue,
  judge,
  type Subject,
  type SubjectState,
} from '../../app/alerts/judge.ts';
import { weights, type Facts } from '../../app/alerts/rules.ts';
import {
  alertRules,
  MAX_ALERTS,
  MAX_NOTICES,
  type Alert,
  type AlertRule,
  type AlertsView,
  type Quiet,
} from '../../app/alerts/schema.ts';
import { noticeOf } from '../../app/alerts/words.ts';
import { AppError } from '../../app/errors.ts';
import type { HistoryPort, Log, Notifier } from '../ports.ts';

/** How often it is looked whether the quiet hours have ended, while they hold something back. In milliseconds. */
const LOOK_EVERY_MS = 60_000;

export interface AlertPorts {
  /** Where states are remembered; null where nothing is. */
  readonly history: HistoryPort | null;
  readonly notifier: Pick<Notifier, 'tell'>;
  readonly log: Log;
  /** Name of the connection in a notification, null for this computer. */
  readonly where: string | null;
  /** Shows what stands. */
  readonly show: (view: AlertsView) => void;
}

/** The alerts of one connection: judged as facts come in, told once, remembered until they are acknowledged. */
export class AlertService {
  readonly #ports: AlertPorts;
  readonly #subjects = new Map<string, SubjectState>();
  #muted = new Set<string>();
  #quiet: Quiet | null = null;
  #notices: AlertsView['notices'] = [];
  #loaded: boolean;
  #timer: NodeJS.Timeout | null = null;

  constructor(ports: AlertPorts) {
    this.#ports = ports;
    this.#loaded = ports.history === null;
    this.#load();
    if (this.#subjects.size > 0 || this.#muted.size > 0 || this.#quiet !== null) this.#show();
  }

  /** Takes in what became known of a subject; what is left out of `facts` stays as it was. */
  observe(subject: Subject, facts: Facts): void {
    this.#take(subject, facts, judge);
  }

  /** Takes in what is told of another subject: nothing of it is told here, now or later. */
  absorb(subject: Subject, facts: Facts): void {
    this.#take(subject, facts, absorb);
  }

  #take(subject: Subject, facts: Facts, how: typeof judge): void {
    this.#load();
    const before = this.#subjects.get(subject.id) ?? {};
    const after = how(before, subject, facts, Date.now());
    if (after === before) return;
    this.#set(subject.id, after);
    this.#deliver();
    this.#show();
  }

  /** The user took note of an alert, or of all where `rule` is null. */
  acknowledge(subject: string | null, rule: AlertRule | null): void {
    for (const [id, state] of [...this.#subjects]) {
      if (subject !== null && id !== subject) continue;
      const rules: readonly AlertRule[] = rule === null ? alertRules : [rule];
      const after = rules.reduce((now, one) => acknowledge(now, one), state);
      if (after !== state) this.#set(id, after);
    }
    this.#show();
  }

  /** Nothing more of a subject is told, or everything again; what was passed over meanwhile is not told later. */
  mute(subject: string, muted: boolean): void {
    if (muted) this.#muted.add(subject);
    else this.#muted.delete(subject);
    this.#settingsChanged();
  }

  setQuiet(quiet: Quiet | null): void {
    this.#quiet = quiet;
    this.#settingsChanged();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #settingsChanged(): void {
    const settings = { muted: [...this.#muted], quiet: this.#quiet };
    this.#remember((history) => history.saveAlertSettings(settings));
    this.#deliver();
    this.#show();
  }

  #set(subject: string, state: SubjectState): void {
    this.#subjects.set(subject, state);
    this.#remember((history) => history.saveAlertState(subject, state));
  }

  /** Tells everything that is due and not held back, at once. */
  #deliver(): void {
    this.stop();
    const date = new Date();
    const silence = { muted: this.#muted, quiet: this.#quiet, minute: date.getHours() * 60 + date.getMinutes() };
    const told: Alert[] = [];
    let held = false;
    for (const alert of this.#standing().filter(isDue)) {
      const delivery = deliveryOf(alert, silence);
      if (delivery === 'hold') {
        held = true;
        continue;
      }
      if (delivery === 'tell') told.push(alert);
      const state = this.#subjects.get(alert.subject) ?? {};
      const seen = state[alert.rule]?.seen ?? null;
      this.#set(alert.subject, {
        ...state,
        [alert.rule]: { seen, alert: { ...alert, toldValue: alert.value } },
      });
    }
    if (told.length > 0) this.#tell(told);
    if (!held) return;
    this.#timer = setTimeout(() => {
      this.#deliver();
      this.#show();
    }, LOOK_EVERY_MS);
    this.#timer.unref();
  }

  #tell(alerts: readonly Alert[]): void {
    const number = (this.#notices.at(-1)?.number ?? 0) + 1;
    const notice = { number, milliseconds: Date.now(), ...noticeOf(alerts, this.#ports.where) };
    this.#notices = [...this.#notices, notice].slice(-MAX_NOTICES);
    this.#ports.notifier.tell(notice);
  }

  /** Newest first, grave ones of the same moment before others. */
  #standing(): Alert[] {
    const alerts = [...this.#subjects.values()].flatMap((state) =>
      alertRules.map((rule) => state[rule]?.alert ?? null),
    );
    return alerts
      .filter((alert) => alert !== null)
      .sort((a, b) => b.raised - a.raised || Number(weights[b.rule] === 'grave') - Number(weights[a.rule] === 'grave'))
      .slice(0, MAX_ALERTS);
  }

  #show(): void {
    const open = this.#standing();
    this.#ports.show({ open, muted: [...this.#muted], quiet: this.#quiet, notices: this.#notices });
  }

  /** What is known by now is newer than what was remembered; a history that cannot be read is tried again later. */
  #load(): void {
    if (this.#loaded) return;
    this.#remember((history) => {
      const { subjects, settings } = history.loadAlerts();
      this.#loaded = true;
      for (const [id, state] of subjects) this.#subjects.set(id, { ...state, ...this.#subjects.get(id) });
      this.#muted = new Set([...settings.muted, ...this.#muted]);
      this.#quiet ??= settings.quiet;
    });
  }

  /** Alerts go on without a memory; that there is none is said where the history is shown. */
  #remember(action: (history: HistoryPort) => void): void {
    const { history, log } = this.#ports;
    if (history === null) return;
    try {
      action(history);
    } catch (thrown) {
      if (!(thrown instanceof AppError)) log.error({ error: String(thrown) }, 'alerts not remembered');
    }
  }
}
