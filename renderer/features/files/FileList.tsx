import { Button } from '@mantine/core';
import { IconCopy, IconFile, IconFolder, IconHelp, IconSquareDashed, IconTable } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';

import { visibleName, type FilePlace, type FilesAnswer, type OwnerKind } from '../../../app/domain/files.ts';
import { formatCounted } from '../../../app/domain/units.ts';
import { HIDDEN } from '../../identity/redact.ts';
import { usePrefs, useSetPrefs } from '../../store/context.tsx';
import { asideOf, byOwner, filesText, namesOf, ownerWords, type OwnedBlocks } from '../../words/files.ts';

const icons: Readonly<Record<OwnerKind, typeof IconFile>> = {
  file: IconFile,
  directory: IconFolder,
  metadata: IconTable,
  free: IconSquareDashed,
  unknown: IconHelp,
};
/** Places of blocks that are told for one file before the rest is only counted. */
const MOST_PLACES = 4;

/** What lies on blocks that were asked about. Names are hidden, like serial numbers, unless the eye is open. */
export function FileList(props: { answer: FilesAnswer; withBlocks: boolean; again: ReactNode }) {
  const { answer, withBlocks } = props;
  const shown = usePrefs((prefs) => prefs.serialsShown);
  const groups = byOwner(answer);
  const named = groups.some(({ owner }) => owner.paths.length > 0);
  return (
    <div className="files-answer">
      <ul className="files-list" aria-label="What lies there">
        {groups.map((group, n) => (
          <Row key={n} group={group} places={answer.places} shown={shown} withBlocks={withBlocks} />
        ))}
      </ul>
      {answer.places.map((place, n) => (
        <PlaceNote key={n} place={place} />
      ))}
      <div className="row row-wrap files-actions">
        {named && !shown && <ShowNames />}
        <CopyText text={filesText(answer, shown)} />
        {props.again}
      </div>
    </div>
  );
}

function Row(props: { group: OwnedBlocks; places: readonly FilePlace[]; shown: boolean; withBlocks: boolean }) {
  const { owner, blocks } = props.group;
  const Icon = icons[owner.kind];
  const names = namesOf(owner, props.places);
  const rest = blocks.length > MOST_PLACES ? ` and ${blocks.length - MOST_PLACES} more` : '';
  const places = props.withBlocks ? `${blocks.slice(0, MOST_PLACES).join(', ')}${rest}` : '';
  const aside = [asideOf(owner), places].filter((text) => text !== '').join(' · ');
  return (
    <li className="files-row">
      <Icon size={16} stroke={1.7} aria-hidden="true" />
      <div className="grow">
        <div className="files-kind">{ownerWords[owner.kind]}</div>
        {props.shown
          ? names.map((name) => (
              <div key={name} className="files-name mono">
                <bdi>{name}</bdi>
              </div>
            ))
          : names.length > 0 && (
              <div className="files-name muted" title="Hidden. The eye in the top bar shows names of files.">
                {HIDDEN}
                {names.length > 1 && ` (${formatCounted(names.length, 'name')})`}
              </div>
            )}
        {aside !== '' && <div className="label">{aside}</div>}
      </div>
    </li>
  );
}

function PlaceNote({ place }: { place: FilePlace }) {
  const device = visibleName(place.device);
  if (place.problem !== null) return <p className="label">{place.problem.remedy}</p>;
  if (place.current) return null;
  return (
    <p className="label">
      The {place.fileSystem} on {device} is in use: what it changed last may not be seen.
    </p>
  );
}

function ShowNames() {
  const set = useSetPrefs();
  return (
    <Button size="compact-xs" variant="subtle" onClick={() => set({ serialsShown: true })}>
      Show names and serial numbers
    </Button>
  );
}

function CopyText({ text }: { text: string }) {
  const [said, setSaid] = useState('');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('Copied');
    } catch {
      setSaid('Could not be copied. Your browser may forbid it.');
    }
  };
  return (
    <>
      <Button size="compact-xs" variant="default" leftSection={<IconCopy size={13} />} onClick={() => void copy()}>
        Copy as text
      </Button>
      <span className="label" role="status">
        {said}
      </span>
    </>
  );
}
