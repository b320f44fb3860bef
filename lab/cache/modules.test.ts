import { expect, test } from 'vitest';
import { withoutSignature } from './modules.ts';

const MARK = '~Module signature appended~\n';

function signed(elf: Buffer, signature: Buffer): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt32BE(signature.length, 8);
  return Buffer.concat([elf, signature, header, Buffer.from(MARK)]);
}

const ELF = Buffer.from('\x7fELF and the rest of a module');

test('takes the signature off a module', () => {
  expect(withoutSignature(signed(ELF, Buffer.alloc(700, 0xa5)))).toEqual(ELF);
});

test('leaves a module without a signature as it is', () => {
  expect(withoutSignature(ELF)).toEqual(ELF);
  expect(withoutSignature(Buffer.alloc(0))).toEqual(Buffer.alloc(0));
});

test('leaves a module whose signature says it is longer than the file', () => {
  const damaged = signed(ELF, Buffer.alloc(0));
  damaged.writeUInt32BE(0xffff_fff0, damaged.length - MARK.length - 4);
  expect(withoutSignature(damaged)).toEqual(damaged);
});
