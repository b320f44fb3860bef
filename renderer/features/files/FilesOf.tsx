import { useState, type ReactNode } from 'react';

import type { ConnectionId } from '../../../app/bridge/snapshot.ts';
import type { FileRange, FilesAnswer } from '../../../app/domain/files.ts';
import { toErrorData, type ErrorData } from '../../../app/errors.ts';
import { Failure } from '../../design/Notice.tsx';
import { Question } from './Question.tsx';
import { sameRanges, useFileQuestion } from './question.ts';
import { countBlocks, rangesOf } from './ranges.ts';

export interface FilesOfProps {
  readonly connection: ConnectionId;
  readonly name: string;
  readonly label: string;
  /** The blocks to ask about, looked up when it is asked. */
  readonly load: () => Promise<readonly number[]>;
  /** Above an answer that is about `blocks` blocks. */
  readonly head: (answer: FilesAnswer, blocks: number) => ReactNode;
}

/** Which files lie on blocks that are listed elsewhere. */
export function FilesOf({ connection, name, label, load, head }: FilesOfProps) {
  const question = useFileQuestion(connection, name);
  const [ranges, setRanges] = useState<readonly FileRange[]>([]);
  const [error, setError] = useState<ErrorData | null>(null);
  const { asked } = question;
  const mine = asked !== null && ranges.length > 0 && sameRanges(asked.ranges, ranges);

  const ask = async (): Promise<void> => {
    setError(null);
    try {
      const wanted = rangesOf(await load());
      setRanges(wanted);
      // None where all of them were moved a moment ago.
      if (wanted.length > 0) await question.ask(wanted);
    } catch (thrown) {
      setError(toErrorData(thrown));
    }
  };
  return (
    <>
      {error !== null && <Failure error={error} />}
      <Question
        question={question}
        mine={mine}
        label={label}
        onAsk={() => void ask()}
        withBlocks
        head={mine && asked.answer !== null ? head(asked.answer, countBlocks(ranges)) : null}
      />
    </>
  );
}
