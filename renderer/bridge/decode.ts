import * as z from 'zod';

import {
  answerSchema,
  events,
  requests,
  type EventName,
  type EventPayload,
  type RequestName,
  type RequestResult,
} from '../../app/bridge/schema.ts';
import { AppError, appError } from '../../app/errors.ts';

/** The result in an answer that came over the wire; throws the {@link AppError} it carries, or one for a bad answer. */
export function decodeAnswer<R extends RequestName>(name: R, raw: unknown): RequestResult<R> {
  const answer = answerSchema.safeParse(raw);
  if (!answer.success) throw notUnderstood(`${name}: ${z.prettifyError(answer.error)}`);
  if (!answer.data.ok) throw new AppError(answer.data.error);
  const schema: z.ZodType = requests[name].result;
  const result = schema.safeParse(answer.data.result);
  if (!result.success) throw notUnderstood(`${name}: ${z.prettifyError(result.error)}`);
  // The type system cannot follow a generic index into the schemas; the value was just parsed by R's own.
  return result.data as RequestResult<R>;
}

type Listener<E extends EventName> = (payload: EventPayload<E>) => void;

/** Subscriptions of a bridge; both hosts hand it what they hear. */
export class Listeners {
  readonly #patch = new Set<Listener<'patch'>>();
  readonly #link = new Set<(up: boolean) => void>();

  on<E extends EventName>(name: E, listener: Listener<E>): () => void {
    // `patch` is the only event there is; a second one will make this a map by name.
    const set: Set<Listener<E>> = { patch: this.#patch }[name];
    set.add(listener);
    return () => set.delete(listener);
  }

  onLink(listener: (up: boolean) => void): () => void {
    this.#link.add(listener);
    return () => this.#link.delete(listener);
  }

  link(up: boolean): void {
    for (const listener of this.#link) listener(up);
  }

  /** False when the event is none of ours or its payload does not fit: the two ends do not match. */
  event(name: string, payload: unknown): boolean {
    if (name !== 'patch') return false;
    const parsed = events.patch.safeParse(payload);
    if (!parsed.success) return false;
    for (const listener of this.#patch) listener(parsed.data);
    return true;
  }
}

export function linkLost(): AppError {
  return appError(
    'connection-closed',
    'The window lost its link to the program behind it.',
    'It tries again by itself. If it stays lost, start the program again.',
  );
}

function notUnderstood(detail: string): AppError {
  return appError(
    'bad-request',
    'The program behind this window answered in a way the window does not understand.',
    'Reload the window. If it happens again, the installation is mixed: install it anew.',
    detail,
  );
}
