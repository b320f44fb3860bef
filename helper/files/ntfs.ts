import { parseClusterBytes, parseClusters } from './parse-ntfs.ts';
import { nameless, runsOf, sectorsOf, unitsOf, type OwnedSpan, type Span } from './spans.ts';
import { toolSays, type AskVolume } from './volume.ts';

/** Runs of ntfscluster in one question at most, each of which reads the whole table of files. */
const MOST_RUNS = 32;

/** NTFS, by ntfscluster, which reads the whole table of files for each range. */
export const askNtfs: AskVolume = async (volume, spans, run) => {
  // A mounted file system is looked at only when told so; it is opened read-only either way.
  const mounted = volume.mounts.length > 0 ? ['-f'] : [];
  const clusterBytes = parseClusterBytes((await run('ntfscluster', [...mounted, '-i', volume.path])).stdout);
  const unitSectors = clusterBytes / 512;
  const owned: OwnedSpan[] = [];
  for (const range of rangesOf(spans, unitSectors)) {
    const words = `${range.first}-${range.first + range.count - 1}`;
    const { stdout, stderr } = await run('ntfscluster', [...mounted, '-c', words, volume.path]);
    const found = parseClusters(stdout);
    if (found === null) throw toolSays('ntfscluster', stderr || stdout);
    const owners = found.length === 0 ? [nameless('free', null)] : found;
    owned.push(...owners.map((owner) => ({ ...sectorsOf(range, unitSectors), ...owner })));
  }
  return { owned, current: mounted.length === 0 };
};

/**
 * The clusters that are asked about one by one, or, where they are many, by runs: who has a part of a run is then told of
 * all of it.
 */
function rangesOf(spans: readonly Span[], unitSectors: number): Span[] {
  const clusters = unitsOf(spans, unitSectors);
  return clusters.length <= MOST_RUNS ? clusters.map((first) => ({ first, count: 1 })) : runsOf(clusters);
}
