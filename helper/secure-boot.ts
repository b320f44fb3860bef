import { existsSync, readFileSync } from 'node:fs';

const VARIABLE = '/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c';

/** Whether the firmware starts signed code only. A machine that was not started by UEFI has no Secure Boot. */
export function readSecureBoot(): 'on' | 'off' | 'unknown' {
  if (!existsSync('/sys/firmware/efi')) return 'off';
  try {
    return parseSecureBoot(readFileSync(VARIABLE));
  } catch {
    return 'unknown';
  }
}

/** An efivars file is four bytes of attributes and the variable, here one byte (UEFI 2.10, 3.3). */
export function parseSecureBoot(bytes: Uint8Array): 'on' | 'off' | 'unknown' {
  if (bytes.length !== 5) return 'unknown';
  return bytes[4] === 1 ? 'on' : bytes[4] === 0 ? 'off' : 'unknown';
}
