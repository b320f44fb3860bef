import { Button } from '@mantine/core';
import { IconCopy } from '@tabler/icons-react';
import { useState } from 'react';

import type { SmartAttribute } from '../../../app/domain/smart.ts';
import { meaningOf } from '../../../app/smart/attributes.ts';
import { formatCount } from '../../../app/domain/units.ts';
import { toCsv } from './csv.ts';

/** Every attribute of an ATA drive, with what it says. Raw values that the vendor packs are shown as they are, with what is known of them. */
export function AttributeTable({ attributes }: { attributes: readonly SmartAttribute[] }) {
  const [copied, setCopied] = useState<string | null>(null);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(toCsv(attributes));
      setCopied('Copied.');
    } catch {
      setCopied('The clipboard cannot be written here.');
    }
  };
  return (
    <div className="smart-table">
      <div className="row">
        <span className="label grow">
          Value and worst usually fall towards the limit; the raw value is the vendor’s own.
        </span>
        <span className="label" role="status">
          {copied}
        </span>
        <Button variant="default" leftSection={<IconCopy size={15} />} onClick={() => void copy()}>
          Copy as CSV
        </Button>
      </div>
      <div style={{ overflowX: 'auto' }}>
        <table className="table" aria-label="All attributes">
          <thead>
            <tr>
              <th className="num">ID</th>
              <th>Name</th>
              <th className="num">Value</th>
              <th className="num">Worst</th>
              <th className="num">Limit</th>
              <th>Limit reached</th>
              <th className="num">Raw value</th>
            </tr>
          </thead>
          <tbody>
            {attributes.map((attribute) => (
              <Row key={attribute.id} attribute={attribute} />
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

const reachedWords = { no: 'No', now: 'Now', past: 'In the past' } as const;

function Row({ attribute }: { attribute: SmartAttribute }) {
  const { id, name, value, worst, threshold, failing, raw, count, decoded } = attribute;
  const { text, varies: differs } = meaningOf(attribute);
  return (
    <tr>
      <td className="num">{id}</td>
      <td className="smart-attribute">
        {name.replaceAll('_', ' ')}
        <div className="label">
          {text}
          {differs && <span className="smart-varies"> Differs between makers.</span>}
        </div>
      </td>
      <td className="num">{value ?? '—'}</td>
      <td className="num">{worst ?? '—'}</td>
      <td className="num">{threshold ?? '—'}</td>
      <td className={failing === 'no' ? 'muted' : ''}>{reachedWords[failing]}</td>
      <td className="num mono">
        {count === null || decoded !== null ? raw : formatCount(count)}
        {decoded !== null && <div className="label">{decoded}</div>}
      </td>
    </tr>
  );
}
