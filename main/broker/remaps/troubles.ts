import type { MetTroubles } from '../../forecast/gather.ts';
import { including, never } from '../../../app/forecast/times.ts';
import type { RemapTable } from './table.ts';

/** The blocks of a remap table that failed, by pass over its columns: it may have a million rows. */
export function troublesOf(table: RemapTable): MetTroubles {
  const block = new Float64Array(table.length);
  const milliseconds = new Float64Array(table.length);
  let pending = { ...never };
  let movedAfterError = { ...never };
  let count = 0;
  for (let index = 0; index < table.length; index += 1) {
    const waits = table.isPending(index);
    const cause = table.cause(index);
    if (!waits && cause === 'manual') continue;
    const at = table.seconds(index) * 1000;
    block[count] = table.block(index);
    milliseconds[count] = at;
    count += 1;
    if (waits) pending = including(pending, at);
    else if (cause === 'auto') movedAfterError = including(movedAfterError, at);
  }
  return { block: block.subarray(0, count), milliseconds: milliseconds.subarray(0, count), pending, movedAfterError };
}
