import { latencyAnomaly, type ZoneTimes } from '../../../app/forecast/latency.ts';
import { speedKinds, type SpeedKind } from './kinds.ts';
import { featuresOf, type Features } from './features.ts';
import { plainScores } from './plain.ts';
import { LOOKS, makeSpeedTrace, type SpeedTrace } from './trace.ts';

/** First look that is judged: by then each zone has a past. */
export const FIRST_LOOK = 12;

/** A zone at a look. */
export interface ZoneLook {
  readonly zone: number;
  /** A block of it fails later, and its reads are retried already. */
  readonly weak: boolean;
  /** Score of the statistics in use, and of one look alone against the zone's own fence. */
  readonly statistics: number;
  readonly plain: number;
  readonly features: Features;
}

/** One made-up disk as it is judged, look by look, up to its first error. */
export interface SeenDisk {
  readonly trace: SpeedTrace;
  readonly looks: readonly (readonly ZoneLook[])[];
}

/** Seeds of training, of choosing thresholds and of judging lie apart, whatever the number of disks. */
export const parts = ['train', 'choose', 'judge'] as const;
export type Part = (typeof parts)[number];

export function seedOf(part: Part, kind: SpeedKind, seed: number, index: number): number {
  const lane = parts.indexOf(part) * speedKinds.length + speedKinds.indexOf(kind);
  return (seed * 7919 + lane) * 1_000_003 + index;
}

export function seeDisk(kind: SpeedKind, seed: number): SeenDisk {
  const trace = makeSpeedTrace(kind, seed);
  const { weak } = trace;
  const end = weak?.fails ?? LOOKS;
  const looks: ZoneLook[][] = [];
  for (let look = FIRST_LOOK; look < end; look += 1) {
    const zones = zonesAt(trace, look);
    const found = latencyAnomaly(zones);
    const scores = new Map(found.zones.map(({ zone, score }) => [zone, score]));
    const plain = plainScores(zones);
    looks.push(
      featuresOf(zones, found).flatMap((features, zone): ZoneLook[] => {
        if (features === null) return [];
        return [
          {
            zone,
            weak: weak !== null && look >= weak.from && weak.zones.includes(zone),
            statistics: scores.get(zone) ?? 0,
            plain: plain[zone] ?? 0,
            features,
          },
        ];
      }),
    );
  }
  return { trace, looks };
}

function zonesAt({ looks }: SpeedTrace, look: number): ZoneTimes[] {
  const present = looks[look] ?? new Float64Array();
  return Array.from(present, (time, zone) => ({
    past: looks.slice(0, look).map((row) => row[zone] ?? 0),
    present: time,
  }));
}
