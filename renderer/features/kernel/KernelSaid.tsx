import './kernel.css';

import { Button } from '@mantine/core';
import { IconCopy } from '@tabler/icons-react';
import { useState } from 'react';

import type { Connection } from '../../../app/bridge/snapshot.ts';
import type { KernelMessage } from '../../../app/domain/kernel-message.ts';
import { formatCount, formatCounted } from '../../../app/domain/units.ts';
import { Fold } from '../../design/Fold.tsx';
import { Notice } from '../../design/Notice.tsx';
import { Time } from '../../design/Time.tsx';
import { redactKernel, secretsOf } from '../../identity/redact.ts';
import { usePrefs } from '../../store/context.tsx';
import { isTrouble, levelWords, notFollowed } from '../../words/kernel.ts';

/**
 * What the kernel said of one whole disk, newest first, behind a fold. Drives and bridges have a say in the text: it is
 * only ever text.
 *
 * @param of - the disk's part where several are shown: "Main"
 */
export function KernelSaid(props: { connection: Connection; devno: string; of?: string }) {
  const { connection, devno, of } = props;
  const serialsShown = usePrefs((prefs) => prefs.serialsShown);
  const refused = notFollowed(connection.kernel.log);
  if (refused !== null) {
    return (
      <Notice title={refused.sentence}>
        {refused.remedy} <span className="label">{refused.detail}</span>
      </Notice>
    );
  }
  const secrets = serialsShown ? null : secretsOf(connection);
  const said = (connection.kernel.said[devno] ?? []).map((message) =>
    secrets === null ? message : { ...message, text: redactKernel(message.text, secrets) },
  );
  const what = of === undefined ? 'What the kernel said' : `What the kernel said of the ${of} disk`;
  if (said.length === 0) return <p className="label">{what}: nothing that its log still holds.</p>;
  const troubles = said.filter(({ level }) => isTrouble(level)).length;
  return (
    <Fold title={`${what} (${formatCounted(said.length, 'line')}, ${formatCount(troubles)} of trouble)`}>
      <Lines said={said} label={what} />
    </Fold>
  );
}

function Lines({ said, label }: { said: readonly KernelMessage[]; label: string }) {
  const [copied, setCopied] = useState<string | null>(null);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(asText(said));
      setCopied('Copied.');
    } catch {
      setCopied('The clipboard cannot be written here.');
    }
  };
  return (
    <div className="kernel">
      <div className="row">
        <span className="label grow">Newest first; times are judged by how long the machine has run.</span>
        <span className="label" role="status">
          {copied}
        </span>
        <Button variant="default" size="xs" leftSection={<IconCopy size={15} />} onClick={() => void copy()}>
          Copy as text
        </Button>
      </div>
      <div className="kernel-lines" tabIndex={0} role="region" aria-label={label}>
        <table className="table">
          <thead>
            <tr>
              <th>When</th>
              <th>Level</th>
              <th>Line</th>
            </tr>
          </thead>
          <tbody>
            {said
              .map((message, index) => (
                <tr key={index}>
                  <td className="nowrap">
                    <Time milliseconds={message.milliseconds} form="clock" />
                  </td>
                  <td className={isTrouble(message.level) ? 'kernel-trouble' : 'label'}>{levelWords[message.level]}</td>
                  <td className="kernel-text">{message.text}</td>
                </tr>
              ))
              .reverse()}
          </tbody>
        </table>
      </div>
    </div>
  );
}

/** One line each, oldest first, with the time in UTC: for a support ticket. */
export function asText(said: readonly KernelMessage[]): string {
  return said
    .map(({ milliseconds, level, text }) => `${new Date(milliseconds).toISOString()} ${level}: ${text}\n`)
    .join('');
}
