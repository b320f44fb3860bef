import { describe, expect, it } from 'vitest';

import { makeConnection, makeDisk, makeTarget } from '../testing/fixtures.ts';
import { aliasOf, identityOf } from './alias.ts';
import { sceneReading } from '../../tests/doubles/scene-smart.ts';
import { HIDDEN, redact, redactError, redactKernel, secretsOf } from './redact.ts';
import { targetIdentity } from './target.ts';

describe('aliasOf', () => {
  it('never changes for an identity: pictures made years apart must agree', () => {
    expect(aliasOf('WD-WCC4M0XY81Z2')).toEqual(aliasOf('WD-WCC4M0XY81Z2'));
    expect(['WD-WCC4M0XY81Z2', 'LABMAIN-77A1', '0x5000c500a1b2c3d4'].map((text) => aliasOf(text).words)).toEqual([
      'Plain Cloud',
      'North Peak',
      'Brisk Pine',
    ]);
  });

  it('tells a thousand similar serials apart well', () => {
    const aliases = new Set(
      Array.from({ length: 1000 }, (_, at) => {
        const { words, colourName } = aliasOf(`WD-WCC4M0${1000 + at}`);
        return `${words} ${colourName}`;
      }),
    );
    expect(aliases.size).toBeGreaterThan(970);
  });

  it('is two words and one of the colours', () => {
    expect(aliasOf('x').words).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/);
    expect(aliasOf('x').colour).toMatch(/^#[0-9a-f]{6}$/);
  });
});

describe('identityOf', () => {
  it('is the same disk under another kernel name, and another for another partition of it', () => {
    const disk = makeDisk({ wwn: '0x50' });
    expect(identityOf({ ...disk, name: 'sdz' })).toBe(identityOf(disk));
    const part = { ...disk, kind: 'partition' as const, startSectors: 2048 };
    expect(identityOf(part)).not.toBe(identityOf(disk));
    expect(identityOf({ ...part, startSectors: 4096 })).not.toBe(identityOf(part));
  });

  it('a protected device goes by its main disk', () => {
    const disk = makeDisk();
    const target = makeTarget();
    expect(targetIdentity(makeConnection({ devices: [disk] }), target.device)).toBe(identityOf(disk));
    expect(targetIdentity(makeConnection(), target.device)).toBe(target.device.mainId);
  });
});

describe('redact', () => {
  const connection = makeConnection({
    devices: [makeDisk({ serial: 'SER-123456', wwn: '0x5000c500a1b2c3d4' }), makeDisk({ serial: 'SER-123456-LONG' })],
    targets: [makeTarget()],
  });
  const secrets = secretsOf(connection);

  it('hides serials, WWNs and UUIDs wherever they stand', () => {
    const text = `erase SER-123456-LONG by-id/wwn-0x5000c500a1b2c3d4 uuid ${makeTarget().device.uuid}`;
    expect(redact(text, secrets)).toBe(`erase ${HIDDEN} by-id/wwn-${HIDDEN} uuid ${HIDDEN}`);
  });

  it('hides the end of a serial after an ellipsis too', () => {
    expect(redact('SanDisk …3456', secrets)).toBe(`SanDisk …${HIDDEN}`);
  });

  it('hides the serial of a drive behind a bridge, and the one that a USB device gives itself', () => {
    const behind = sceneReading('8:0');
    if (behind.state !== 'read') throw new Error('the scene’s disk tells nothing');
    const view = { reading: false, asked: 1, problem: null, health: behind.health, heard: 1, forecast: null };
    const known = secretsOf(makeConnection({ smart: { '8:0': view } }));
    expect(redact(`drive ${behind.health.serial}`, known)).toBe(`drive ${HIDDEN}`);
    expect(redactKernel('usb 1-2: SerialNumber: 4C53 0001', [])).toBe(`usb 1-2: SerialNumber: ${HIDDEN}`);
  });

  it('hides them in what went wrong, those of devices that are gone too', () => {
    const error = {
      code: 'internal' as const,
      sentence: 'The spare belongs to naa.5000c50000000001.',
      remedy: 'Look for SER-123456.',
      detail:
        'dmsetup create safe --table "0 8 remap main_id naa.5000c50000000001 uuid 1b4e28ba-2fa1-11d2-883f-0016d3cca427"',
    };
    expect(redactError(error, secrets)).toEqual({
      code: 'internal',
      sentence: `The spare belongs to ${HIDDEN}.`,
      remedy: `Look for ${HIDDEN}.`,
      detail: `dmsetup create safe --table "0 8 remap main_id ${HIDDEN} uuid ${HIDDEN}"`,
    });
  });

  it('leaves other text alone', () => {
    expect(redact('Everything on /dev/sdb is erased.', secrets)).toBe('Everything on /dev/sdb is erased.');
  });
});
