import { Button } from '@mantine/core';

import type { Connection, TargetView } from '../../../app/bridge/snapshot.ts';
import { go } from '../../app/router.ts';
import { Notice } from '../../design/Notice.tsx';
import { failingSentence, wordsOfPair } from './drive-word.ts';

/** On a protected device's page, above all else: a drive of the pair says of itself that it is failing, or last did. */
export function FailingNotice({ connection, target }: { connection: Connection; target: TargetView }) {
  const { name } = target.device;
  const words = wordsOfPair(connection, target.device);
  const { main, spare } = words;
  const sentence = failingSentence(words);
  if (sentence === null) return null;
  return (
    <Notice
      tone="bad"
      title={sentence}
      actions={
        <Button variant="default" onClick={() => go({ at: 'device', connection: connection.id, name, tab: 'smart' })}>
          See what it tells
        </Button>
      }
    >
      {spare !== 'no'
        ? 'What was moved to the spare is lost with it. Copy your data off now, the most important first.'
        : 'Copy your data off it now, the most important first. Moving blocks to the spare does not stop a drive that is failing.'}
      {(main === 'said' || spare === 'said') &&
        ' It has not been read since; that it is silent now does not make it well.'}
    </Notice>
  );
}
