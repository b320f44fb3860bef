import type { ConnectionId, TargetView } from '../../../app/bridge/snapshot.ts';
import { MAX_FILE_BLOCKS } from '../../../app/domain/files.ts';
import { formatCount } from '../../../app/domain/units.ts';
import { Question } from './Question.tsx';
import { sameRanges, useFileQuestion } from './question.ts';

/** Which files lie on a run of blocks, asked when somebody wants to know. */
export function FilesAtBlock(props: { connection: ConnectionId; target: TargetView; first: number; count: number }) {
  const { first, count } = props;
  const question = useFileQuestion(props.connection, props.target.device.name);
  if (count > MAX_FILE_BLOCKS) {
    return (
      <p className="label">Zoom in to {formatCount(MAX_FILE_BLOCKS)} blocks or fewer to ask which files lie on them.</p>
    );
  }
  const ranges = [{ firstBlock: first, blockCount: count }];
  return (
    <Question
      question={question}
      mine={question.asked !== null && sameRanges(question.asked.ranges, ranges)}
      label={count === 1 ? 'Which file?' : 'Which files?'}
      onAsk={() => void question.ask(ranges)}
      withBlocks={count > 1}
    />
  );
}
