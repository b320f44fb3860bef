import type { DriveHealth, SmartAttribute } from '../../../app/domain/smart.ts';
import { meaningOf } from '../../../app/smart/attributes.ts';
import type { Sign } from './signs.ts';

/** Temperatures: a limit of theirs says that the drive is, or was, too hot, whatever its vendor files it under. */
const temperatures: ReadonlySet<number> = new Set([190, 194]);

/** Counters of damage, which some vendors file under use and age. */
const damages: ReadonlySet<number> = new Set([5, 10, 184, 187, 196, 197, 198]);

type Matter = 'failure' | 'damage' | 'temperature' | 'use';

/** What it says that an attribute's limit is reached. One whose vendor does not say is taken for a failure. */
function matterOf({ id, prefailure }: SmartAttribute): Matter {
  if (temperatures.has(id)) return 'temperature';
  if (prefailure !== false) return 'failure';
  return damages.has(id) ? 'damage' : 'use';
}

/** Whether a drive is beyond its vendor's limit of temperature at this moment. */
export function isTooHot({ attributes }: Pick<DriveHealth, 'attributes'>): boolean {
  return attributes.some(({ id, failing }) => temperatures.has(id) && failing === 'now');
}

/** The vendor's limits that are reached, or were; `damage`: those alone that say that the disk is damaged. */
export function limitSigns(health: DriveHealth, only: 'damage' | 'all' = 'all'): Sign[] {
  return health.attributes.flatMap((attribute): Sign[] => {
    const { id, name, failing, value, threshold } = attribute;
    if (failing === 'no') return [];
    const matter = matterOf(attribute);
    if (only === 'damage' && (matter === 'temperature' || matter === 'use')) return [];
    const sign = {
      id: `failing-${id}`,
      title: name.replaceAll('_', ' '),
      value: `${value ?? '?'}, limit ${threshold ?? '?'}`,
    };
    return [{ ...sign, ...(failing === 'now' ? reached(matter, attribute) : wasReached(matter, attribute)) }];
  });
}

type Said = Pick<Sign, 'tone' | 'what' | 'meaning'> & Partial<Pick<Sign, 'title' | 'value'>>;

const LIMIT = 'The vendor’s own limit of this attribute.';
const TEMPERATURE = { title: 'Temperature limit', what: 'The vendor’s own limit for the temperature of the drive.' };

function reached(matter: Matter, attribute: SmartAttribute): Said {
  switch (matter) {
    case 'failure':
      return {
        tone: 'danger',
        what: LIMIT,
        meaning: 'It is reached: by the vendor’s word the drive is failing. Copy your data off it now.',
      };
    case 'damage':
      return {
        tone: 'attention',
        what: meaningOf(attribute).text,
        meaning:
          'The vendor’s limit is reached. By the vendor’s word that is no failure, but it is damage: keep a backup.',
      };
    case 'temperature':
      return {
        ...TEMPERATURE,
        value: 'Reached',
        tone: 'attention',
        meaning:
          'It is too hot: see that air reaches it and that its fans run. That alone does not mean that it fails.',
      };
    case 'use':
      return {
        tone: 'attention',
        what: meaningOf(attribute).text,
        meaning:
          'The vendor’s limit is reached: the drive is past the use or age that it was made for. That alone is no failure; plan to replace it.',
      };
  }
}

function wasReached(matter: Matter, attribute: SmartAttribute): Said {
  switch (matter) {
    case 'failure':
      return { tone: 'attention', what: LIMIT, meaning: 'It was reached in the past, and is not now.' };
    case 'damage':
      return {
        tone: 'attention',
        what: meaningOf(attribute).text,
        meaning: 'The vendor’s limit was reached in the past, and is not now.',
      };
    case 'temperature':
      return {
        ...TEMPERATURE,
        value: 'In the past',
        tone: 'note',
        meaning: 'It was too hot at some time, and is not now. That the drive remembers for good.',
      };
    case 'use':
      return {
        tone: 'note',
        what: meaningOf(attribute).text,
        meaning: 'The vendor’s limit was reached in the past, and is not now.',
      };
  }
}
