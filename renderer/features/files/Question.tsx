import './files.css';

import { Button, Loader } from '@mantine/core';
import { IconFileSearch, IconPlayerStop } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import { Failure } from '../../design/Notice.tsx';
import { FileList } from './FileList.tsx';
import type { FileQuestion } from './question.ts';

export interface QuestionProps {
  readonly question: FileQuestion;
  /** What is shown is about the last question, not about another one. */
  readonly mine: boolean;
  /** What the button says. */
  readonly label: string;
  readonly onAsk: () => void;
  readonly withBlocks: boolean;
  /** Above the list. */
  readonly head?: ReactNode;
}

/** The button that asks which files lie somewhere, the wait for the answer, and the answer. */
export function Question({ question, mine, label, onAsk, withBlocks, head }: QuestionProps) {
  const { asked, open, stop } = question;
  const busy = asked?.busy === true;
  const answer = mine ? (asked?.answer ?? null) : null;
  const error = mine ? (asked?.error ?? null) : null;
  return (
    <div className="files" role="group" aria-label="Files on these blocks">
      {answer !== null && head}
      {answer !== null && (
        <FileList
          answer={answer}
          withBlocks={withBlocks}
          again={
            !busy && (
              <Button size="compact-xs" variant="subtle" disabled={!open} onClick={onAsk}>
                Ask again
              </Button>
            )
          }
        />
      )}
      {error !== null && <Failure error={error} />}
      {busy && (
        <div className="row row-wrap" role="status">
          <Loader size={14} />
          <span className="label grow">
            {mine ? 'Reading the file system’s tables…' : 'Other blocks are being looked up…'}
          </span>
          <Button size="compact-xs" variant="default" leftSection={<IconPlayerStop size={13} />} onClick={stop}>
            Stop
          </Button>
        </div>
      )}
      {!busy && answer === null && (
        <div className="row row-wrap">
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconFileSearch size={15} />}
            disabled={!open}
            onClick={onAsk}
          >
            {label}
          </Button>
          <span className="label files-hint">
            Reads the file system’s tables from the disk, for ten minutes at most.
          </span>
        </div>
      )}
    </div>
  );
}
