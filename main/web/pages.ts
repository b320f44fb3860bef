/** A page of plain text, for a person who cannot be let in with what to do. */
function page(title: string, sentences: readonly string[], head = ''): string {
  const text = sentences.map((sentence) => `<p>${sentence}</p>`).join('');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>${title}</title>${head}</head><body><h1>${title}</h1>${text}</body></html>`;
}

export const notLoggedInPage = page('Please log in', [
  'This page needs the login address that the program printed in its terminal.',
  'If you have just opened that address, reload this page. Otherwise press Enter in the terminal: a fresh address is printed. Open that one.',
]);

export const loginRefusedPage = page('This login address is no longer good', [
  'A login address works once, and a newer one replaces it.',
  'Press Enter in the terminal in which the program runs: a fresh address is printed. Open that one.',
]);

/** Leads on by itself. */
export const loggedInPage = page(
  'You are logged in',
  ['<a href="/">Go on</a>'],
  '<meta http-equiv="refresh" content="0;url=/">',
);

/** These pages load nothing at all. */
export const plainPagePolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
