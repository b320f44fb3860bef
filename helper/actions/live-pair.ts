import { appError } from '../../app/errors.ts';
import type { RemapMapping } from '../mappings.ts';
import { contentWords, deviceWords } from '../words.ts';
import { partOf, type Prepared, type View } from './prepared.ts';

/** A live pair by its name. Throws `target-missing`. */
export function pairOf(view: View, name: string): RemapMapping {
  const mapping = view.found.mappings.find(({ info }) => info.name === name);
  if (mapping !== undefined) return mapping;
  throw appError(
    'target-missing',
    `There is no protected device named "${name}" (any more).`,
    'Look at the list of protected devices again.',
  );
}

/** What must not change between plan and apply: the mapping, what it is made from, and what uses it. */
export function pairSeen(view: View, { info, table }: RemapMapping): unknown {
  const { name, devno, uuid } = info;
  const [main, spare] = [partOf(view, table.mainDevno), partOf(view, table.spareDevno)];
  const identity = [main, spare].map(
    (device) => device && [device.devno, device.serial, device.wwn, device.sizeSectors],
  );
  return { name, devno, uuid, table, identity, users: partOf(view, devno)?.users ?? [] };
}

/** The three entries of a plan about a live pair; `what` says what happens to each. */
export function pairEntries(
  view: View,
  { info, table }: RemapMapping,
  what: { readonly mapping: string; readonly main: string; readonly spare: string; readonly spareIsErased: boolean },
): Prepared['plan']['entries'] {
  const [main, spare] = [partOf(view, table.mainDevno), partOf(view, table.spareDevno)];
  return [
    {
      role: 'mapping',
      device: partOf(view, info.devno),
      title: `/dev/mapper/${info.name}`,
      holds: contentWords(partOf(view, info.devno)?.content ?? null),
      willHappen: what.mapping,
      destructive: false,
    },
    {
      role: 'main',
      device: main,
      title: main === null ? table.mainDevno : deviceWords(main),
      holds: contentWords(main?.content ?? null),
      willHappen: what.main,
      destructive: false,
    },
    {
      role: 'spare',
      device: spare,
      title: spare === null ? table.spareDevno : deviceWords(spare),
      holds: contentWords(spare?.content ?? null),
      willHappen: what.spare,
      destructive: what.spareIsErased,
    },
  ];
}
