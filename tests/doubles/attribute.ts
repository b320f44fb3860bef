import type { SmartAttribute } from '../../app/domain/smart.ts';

/** An attribute of a drive with a plain count and no limit. */
export function makeAttribute(id: number, count: number | null, part: Partial<SmartAttribute> = {}): SmartAttribute {
  return {
    id,
    name: `Attribute_${id}`,
    raw: String(count ?? 0),
    count,
    decoded: null,
    value: 100,
    worst: 100,
    threshold: 0,
    failing: 'no',
    prefailure: null,
    ...part,
  };
}
