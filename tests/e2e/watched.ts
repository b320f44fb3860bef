import { expect, test as base } from '@playwright/test';

/**
 * A test whose page must not complain: what it writes as an error to the console, throws, leaves rejected or wants to do
 * against its content security policy fails the test.
 */
export const test = base.extend<{ complaints: readonly string[] }>({
  complaints: [
    async ({ page }, use) => {
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
      });
      // A rejection that nobody handles comes here too.
      page.on('pageerror', (error) => complaints.push(`thrown: ${error.message}`));
      await page.exposeFunction('tellViolation', (text: string) => complaints.push(`policy: ${text}`));
      // Text: this side of the tests knows no DOM.
      await page.addInitScript(`addEventListener('securitypolicyviolation', (event) =>
        window.tellViolation([event.violatedDirective, event.blockedURI, event.sample].join(' ')));`);
      await use(complaints);
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});
