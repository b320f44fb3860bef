import type { ReadTimes, RegionPage } from '../../app/domain/region.ts';

/** One page of a device's regions, from number `first` on. */
export type FetchRegions = (first: number) => Promise<RegionPage>;

/** When a scan last read each region of a device, from all pages of what the helper tells of them. */
export async function readTimes(fetch: FetchRegions): Promise<ReadTimes> {
  const readAt: number[] = [];
  let page = await fetch(0);
  const { regionBlocks } = page;
  for (;;) {
    for (const { number, scannedAt } of page.regions) {
      while (readAt.length < number) readAt.push(0);
      readAt[number] = scannedAt ?? 0;
    }
    // Only ever onward: an answer that went back would be asked for without end.
    if (page.next === null || page.next < readAt.length) return { regionBlocks, readAt };
    page = await fetch(page.next);
  }
}
