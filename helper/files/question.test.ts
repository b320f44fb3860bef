import { describe, expect, it } from 'vitest';

import { Questions } from './question.ts';

/** Work that never ends by itself. */
const forever = (): Promise<never> => Promise.withResolvers<never>().promise;

describe('a question', () => {
  it('is answered alone, and another one after it', async () => {
    const questions = new Questions();
    const first = Promise.withResolvers<string>();
    const answer = questions.ask(() => first.promise);
    await expect(questions.ask(forever)).rejects.toMatchObject({ code: 'busy' });
    first.resolve('a');
    expect(await answer).toBe('a');
    expect(await questions.ask(() => Promise.resolve('b'))).toBe('b');
  });

  it('ends when it is stopped, and starts no tool after that', async () => {
    const questions = new Questions();
    let goOn: () => void = () => undefined;
    const late = Promise.withResolvers<unknown>();
    const asked = questions.ask(async (run) => {
      await new Promise<void>((resolve) => (goOn = resolve));
      return run('find', ['/proc/self', '-maxdepth', '0']).then(late.resolve, late.resolve);
    });
    questions.stop();
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
    goOn();
    expect(await late.promise).toMatchObject({ code: 'cancelled' });
    questions.stop();
    expect(await questions.ask(() => Promise.resolve(1))).toBe(1);
  });

  it('ends when its time is up', async () => {
    await expect(new Questions().ask(forever, 1)).rejects.toMatchObject({ code: 'timeout' });
  });

  it('fails with what its work fails with', async () => {
    await expect(new Questions().ask(() => Promise.reject(new Error('x')))).rejects.toThrow('x');
  });
});
