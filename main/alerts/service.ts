import {
  absorb,
  acknowledge,
  deliveryOf,
  isDue,
  judge,
  type Subject,
  type SubjectState,
} from '../../app/alerts/judge.ts';
import { ownWordsOf } from '../../app/alerts/own-word.ts';
import { weights, type Facts } from '../../app/alerts/rules.ts';
import {
  alertRules,
  MAX_ALERTS,
  MAX_NOTICES,
  type Alert,
  type AlertRule,
  type AlertsView,
  type Notice,
  type Quiet,
} from '../../app/alerts/schema.ts';
import { noticeOf } from '../../app/alerts/words.ts';
import type { AlertStates, HistoryPort, Log, Notifier } from '../ports.ts';
import { Choices } from './choices.ts';
import { AlertMemory } from './memory.ts';

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
  readonly #memory: AlertMemory;
  readonly #choices = new Choices();
  #timer: NodeJS.Timeout | null = null;

  constructor(ports: AlertPorts) {
    this.#ports = ports;
    this.#memory = new AlertMemory({
      history: ports.history,
      log: ports.log,
      states: () => this.#subjects,
      settings: () => ({ muted: [...this.#muted], quiet: this.#quiet }),
      loaded: (remembered) => this.#takeIn(remembered),
    });
    this.#memory.load();
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
    this.#memory.load();
    const before = this.#subjects.get(subject.id) ?? {};
    const after = how(before, subject, facts, Date.now());
    if (after === before) return;
    this.#set(subject.id, after);
    this.#deliver();
    this.#show();
  }

  /** The user took note of an alert, or of all where `rule` is null. */
  acknowledge(subject: string | null, rule: AlertRule | null): void {
    const isMeant = (one: Alert): boolean =>
      (subject === null || one.subject === subject) && (rule === null || one.rule === rule);
    // Of what loading adds to the list nobody has taken note yet.
    const noted = this.#alerts().filter(isMeant);
    this.#memory.load();
    for (const { subject: id, rule: one } of noted) {
      if (!this.#memory.isLoaded) this.#choices.acknowledge(id, one);
      this.#set(id, acknowledge(this.#subjects.get(id) ?? {}, one));
    }
    this.#show();
  }

  /** Nothing more of a subject is told, or everything again; what was passed over meanwhile is not told later. */
  mute(subject: string, muted: boolean): void {
    this.#memory.load();
    if (!this.#memory.isLoaded) this.#choices.mute(subject, muted);
    if (muted) this.#muted.add(subject);
    else this.#muted.delete(subject);
    this.#settingsChanged();
  }

  setQuiet(quiet: Quiet | null): void {
    this.#memory.load();
    if (!this.#memory.isLoaded) this.#choices.setQuiet(quiet);
    this.#quiet = quiet;
    this.#settingsChanged();
  }

  stop(): void {
    this.#memory.stop();
    this.#wakeNot();
  }

  #wakeNot(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #settingsChanged(): void {
    this.#memory.saveSettings();
    this.#deliver();
    this.#show();
  }

  #set(subject: string, state: SubjectState): void {
    this.#subjects.set(subject, state);
    this.#memory.saveState(subject);
  }

  /** Tells everything that is due and not held back, at once. */
  #deliver(): void {
    this.#wakeNot();
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

  /** Nobody closed the connection and no alert can come any more: the window may be out of sight. */
  unwatched(title: string, sentence: string): void {
    const body = `${sentence} Protected blocks are served as before. Open the connection again to be told what happens.`;
    this.#notify({ title: `${title} is no longer watched`, body, weight: 'grave' });
    this.#show();
  }

  #tell(alerts: readonly Alert[]): void {
    this.#notify(noticeOf(alerts, this.#ports.where));
  }

  #notify(said: Pick<Notice, 'title' | 'body' | 'weight'>): void {
    const number = (this.#notices.at(-1)?.number ?? 0) + 1;
    const notice = { number, milliseconds: Date.now(), ...said };
    this.#notices = [...this.#notices, notice].slice(-MAX_NOTICES);
    this.#ports.notifier.tell(notice);
  }

  /** Newest first, grave ones of the same moment before others. */
  #standing(): Alert[] {
    return this.#alerts()
      .sort((a, b) => b.raised - a.raised || Number(weights[b.rule] === 'grave') - Number(weights[a.rule] === 'grave'))
      .slice(0, MAX_ALERTS);
  }

  #alerts(): Alert[] {
    const alerts = [...this.#subjects.values()].flatMap((state) =>
      alertRules.map((rule) => state[rule]?.alert ?? null),
    );
    return alerts.filter((alert) => alert !== null);
  }

  #show(): void {
    const open = this.#standing();
    this.#ports.show({
      open,
      muted: [...this.#muted],
      quiet: this.#quiet,
      notices: this.#notices,
      ownWords: ownWordsOf(this.#subjects),
    });
  }

  /** What was remembered could be read. What it holds back, or was to be told when the program ended, is told when due. */
  #takeIn({ subjects, settings }: AlertStates): void {
    const known = [...this.#subjects];
    for (const [id, state] of subjects) this.#subjects.set(id, state);
    for (const [id, state] of known) {
      this.#subjects.set(id, this.#choices.state(id, subjects.get(id) ?? {}, state));
    }
    const { muted, quiet } = this.#choices.settings(settings);
    this.#muted = new Set(muted);
    this.#quiet = quiet;
    this.#deliver();
    if (this.#subjects.size > 0 || this.#muted.size > 0 || this.#quiet !== null) this.#show();
  }
}
