import type { SmartAttribute } from '../../../app/domain/smart.ts';

const header = 'id,name,value,worst,threshold,failing,raw,count';

/** A drive's attributes as CSV (RFC 4180, one header line). Names and raw values are quoted: they come from the drive. */
export function toCsv(attributes: readonly SmartAttribute[]): string {
  const lines = attributes.map(({ id, name, value, worst, threshold, failing, raw, count }) =>
    [id, quoted(name), value ?? '', worst ?? '', threshold ?? '', failing, quoted(raw), count ?? ''].join(','),
  );
  return `${[header, ...lines].join('\r\n')}\r\n`;
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
