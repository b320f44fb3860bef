import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { isExplained, meaningOf } from './attributes.ts';
import { readSmartctlFile } from './file.ts';

const folder = fileURLToPath(new URL('fixtures/', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

describe('the meaning of an attribute', () => {
  it.each(files)('is told for each one of %s', (name) => {
    const { health } = readSmartctlFile(readFileSync(`${folder}${name}`, 'utf8'));
    expect(health.attributes.filter(({ id }) => !isExplained(id))).toEqual([]);
  });

  it('is one plain sentence that no other has, save where two numbers mean the same', () => {
    const ids = Array.from({ length: 255 }, (_, index) => index + 1).filter(isExplained);
    const texts = ids.map((id) => meaningOf({ id }).text);
    for (const text of texts) expect(text).toMatch(/^[A-Z][^.!?]{15,150}\.$/);
    const twice = ids.filter((_id, index) => texts.indexOf(texts[index] ?? '') !== index);
    expect(twice).toEqual([149, 182]);
  });

  it('of a number that no maker explains is said to be unknown, and to differ', () => {
    expect([isExplained(99), meaningOf({ id: 99 })]).toEqual([
      false,
      { text: 'The maker does not say what it counts.', varies: true },
    ]);
    expect([5, 187, 197, 198, 199].map((id) => meaningOf({ id }).varies)).not.toContain(true);
  });
});
