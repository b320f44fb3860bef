import type { SelfTestKind, SmartReading } from '../../app/domain/smart.ts';
import { run } from '../run.ts';
import { findSmartDisk } from './disk.ts';
import { noBridgeTypes, readSmart, type RunSmartctl } from './read.ts';
import { selfTest } from './self-test.ts';

/** For the life of the process: the next session meets the same bridges. */
const types = noBridgeTypes();
const runSmartctl: RunSmartctl = (args, options) => run('smartctl', args, options);

/** What the drive under a device of `devices.list` tells of its health; a drive that sleeps is not woken. */
export async function readSmartOf(devno: string): Promise<SmartReading> {
  return readSmart(runSmartctl, await findSmartDisk(devno), types);
}

/** Starts or stops a self-test of the drive under a device of `devices.list`. */
export async function selfTestOf(devno: string, kind: SelfTestKind): Promise<void> {
  return selfTest(runSmartctl, await findSmartDisk(devno), types, kind);
}
