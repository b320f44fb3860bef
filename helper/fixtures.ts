import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A file of `fixtures/`: what the real tools wrote in a lab machine (see fixtures/README.md). For tests. */
export function fixture(name: string): string {
  return readFileSync(fixturePath(name), 'utf8');
}

export function fixtureBytes(name: string): Uint8Array {
  return readFileSync(fixturePath(name));
}

function fixturePath(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
}
