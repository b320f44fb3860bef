import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const TOKEN_BYTES = 32;
/** Browsers that may be logged in at once; more than a person has, few enough to bound memory. */
const MOST_SESSIONS = 64;

function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/**
 * Who may use the browser host: whoever brings a login token that was printed in the terminal, once, and afterwards the
 * browser that it was exchanged for a cookie. Only digests are kept, and they are compared in constant time.
 */
export class WebSessions {
  /** Digest of the one login token that is good now. */
  #login: Buffer | null = null;
  #sessions: Buffer[] = [];

  /** A new login token of 256 bits. The one before is no longer good. */
  newLogin(): string {
    const token = newToken();
    this.#login = digest(token);
    return token;
  }

  /** The cookie's value for a good login token, which is used up by this; null for any other. */
  exchange(token: string): string | null {
    const login = this.#login;
    if (login === null || !timingSafeEqual(login, digest(token))) return null;
    this.#login = null;
    const session = newToken();
    this.#sessions = [...this.#sessions, digest(session)].slice(-MOST_SESSIONS);
    return session;
  }

  isSession(session: string | null): boolean {
    if (session === null) return false;
    const given = digest(session);
    return this.#sessions.some((known) => timingSafeEqual(known, given));
  }
}
