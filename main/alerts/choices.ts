import type { RuleState, SubjectState } from '../../app/alerts/judge.ts';
import { alertRules, type AlertRule, type Quiet } from '../../app/alerts/schema.ts';
import type { AlertSettings } from '../ports.ts';

/** What the user chose while nothing of what is remembered could be read. It goes before that, whenever that is read. */
export class Choices {
  readonly #muted = new Map<string, boolean>();
  #quiet: { readonly value: Quiet | null } | null = null;
  readonly #acknowledged = new Map<string, Set<AlertRule>>();

  mute(subject: string, muted: boolean): void {
    this.#muted.set(subject, muted);
  }

  setQuiet(value: Quiet | null): void {
    this.#quiet = { value };
  }

  acknowledge(subject: string, rule: AlertRule): void {
    const rules = this.#acknowledged.get(subject) ?? new Set<AlertRule>();
    this.#acknowledged.set(subject, rules.add(rule));
  }

  /** Mutes and quiet hours as they are to be, where `remembered` were kept. */
  settings(remembered: AlertSettings): AlertSettings {
    const muted = new Set(remembered.muted);
    for (const [subject, isMuted] of this.#muted) {
      if (isMuted) muted.add(subject);
      else muted.delete(subject);
    }
    return { muted: [...muted], quiet: this.#quiet === null ? remembered.quiet : this.#quiet.value };
  }

  /**
   * The state of a subject of which `known` was judged before `remembered` could be read. What was told or acknowledged
   * meanwhile is not told once more, so no value falls. Of all else what is known is judged anew by what is remembered,
   * as soon as it is heard again: alone it was taken for the first ever seen.
   */
  state(subject: string, remembered: SubjectState, known: SubjectState): SubjectState {
    const merged: Partial<Record<AlertRule, RuleState>> = { ...remembered };
    for (const rule of alertRules) {
      const now = known[rule];
      const before = remembered[rule];
      if (now === undefined) continue;
      if (before === undefined) merged[rule] = now;
      else if (now.alert !== null || this.#acknowledged.get(subject)?.has(rule) === true) {
        merged[rule] = { seen: Math.max(before.seen ?? 0, now.seen ?? 0), alert: now.alert };
      }
    }
    return merged;
  }
}
