import type { CDPSession, Page } from '@playwright/test';
import * as z from 'zod';

const metricsSchema = z.object({ metrics: z.array(z.object({ name: z.string(), value: z.number() })) });

/** What a page's main thread spends of a processor: time in which it waits, or other programs run, is none of it. */
export class MainThread {
  readonly #page: Page;
  readonly #session: CDPSession;

  private constructor(page: Page, session: CDPSession) {
    this.#page = page;
    this.#session = session;
  }

  static async of(page: Page): Promise<MainThread> {
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    return new MainThread(page, session);
  }

  /** Processor time, in milliseconds, from the start of a script to the end of the task in which its promise resolves. */
  async cost(script: string): Promise<number> {
    const before = await this.#used();
    await this.#page.evaluate(script);
    return (await this.#used()) - before;
  }

  /** Processor time of the main thread since it began, in milliseconds. */
  async #used(): Promise<number> {
    const { metrics } = metricsSchema.parse(await this.#session.send('Performance.getMetrics'));
    const seconds = metrics.find(({ name }) => name === 'ThreadTime')?.value;
    if (seconds === undefined) throw new Error('this browser does not tell the processor time of its main thread');
    return seconds * 1000;
  }
}
