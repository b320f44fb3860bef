import type { ScanDoing } from '../app/domain/scan.ts';
import type { TargetStatus } from '../app/domain/target.ts';
import { readInfo, readStatus } from './mappings.ts';
import { parseScanDoing } from './parse/scan-doing.ts';
import { readTextOrNull } from './read-text.ts';

/** The status of a pair, and what its scan is doing; null when none runs, or where an older target does not tell it. */
export async function readScanDoing(name: string): Promise<{ status: TargetStatus; doing: ScanDoing | null }> {
  const status = await readStatus(name);
  if (status.scanState !== 'running') return { status, doing: null };
  const devno = (await readInfo(name))?.devno;
  const text = devno === undefined ? null : readTextOrNull(`/sys/dev/block/${devno}/remap/scan_doing`);
  return { status, doing: text === null ? null : parseScanDoing(text) };
}
