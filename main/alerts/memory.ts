import type { SubjectState } from '../../app/alerts/judge.ts';
import { AppError } from '../../app/errors.ts';
import type { AlertSettings, AlertStates, HistoryPort, Log } from '../ports.ts';

export interface AlertMemoryPorts {
  /** null where nothing is remembered. */
  readonly history: HistoryPort | null;
  readonly log: Log;
  /** What is to be remembered, as it is now. */
  readonly states: () => ReadonlyMap<string, SubjectState>;
  readonly settings: () => AlertSettings;
  /** What was remembered could be read. Called once, before anything is saved. */
  readonly loaded: (remembered: AlertStates) => void;
}

/**
 * Keeps alerts and their settings in the history. What cannot be saved is saved once it can be, and all again in a new file
 * that was begun in the place of a damaged one. Nothing is saved before what is remembered could be read: it would be
 * overwritten.
 */
export class AlertMemory {
  readonly #ports: AlertMemoryPorts;
  readonly #forget: () => void;
  readonly #unsavedStates = new Set<string>();
  #unsavedSettings = false;
  #isLoaded = false;
  #setAside: string | null = null;

  constructor(ports: AlertMemoryPorts) {
    this.#ports = ports;
    this.#forget = ports.history?.onHealth(() => this.#healthChanged()) ?? ((): void => undefined);
  }

  /** Whether what is remembered was read, or nothing is. */
  get isLoaded(): boolean {
    return this.#isLoaded || this.#ports.history === null;
  }

  /** Reads what is remembered, unless that was done; alerts go on without when it cannot be. */
  load(): void {
    if (this.isLoaded) return;
    this.#try((history) => {
      const remembered = history.loadAlerts();
      // Reading finds a damaged file, and telling of it reads what is in the new one.
      if (this.#isLoaded) return;
      this.#isLoaded = true;
      this.#setAside = history.health.setAside?.file ?? null;
      this.#ports.loaded(remembered);
    });
    if (this.#isLoaded) this.#saveRest();
  }

  saveState(subject: string): void {
    this.#unsavedStates.add(subject);
    this.#saveRest();
  }

  saveSettings(): void {
    this.#unsavedSettings = true;
    this.#saveRest();
  }

  /** Nothing is loaded or saved any more because the history is well again. */
  stop(): void {
    this.#forget();
  }

  #healthChanged(): void {
    const { history, states } = this.#ports;
    if (history === null) return;
    const { error, setAside } = history.health;
    if (this.#isLoaded && setAside !== null && setAside.file !== this.#setAside) {
      this.#setAside = setAside.file;
      for (const subject of states().keys()) this.#unsavedStates.add(subject);
      this.#unsavedSettings = true;
    }
    if (error !== null) return;
    if (this.isLoaded) this.#saveRest();
    else this.load();
  }

  #saveRest(): void {
    if (!this.#isLoaded) return;
    const { states, settings } = this.#ports;
    this.#try((history) => {
      for (const subject of [...this.#unsavedStates]) {
        history.saveAlertState(subject, states().get(subject) ?? {});
        this.#unsavedStates.delete(subject);
      }
      if (!this.#unsavedSettings) return;
      history.saveAlertSettings(settings());
      this.#unsavedSettings = false;
    });
  }

  /** That there is no memory is said where the history is shown. */
  #try(action: (history: HistoryPort) => void): void {
    const { history, log } = this.#ports;
    if (history === null) return;
    try {
      action(history);
    } catch (thrown) {
      if (!(thrown instanceof AppError)) log.error({ error: String(thrown) }, 'alerts not remembered');
    }
  }
}
