import { IconChevronRight } from '@tabler/icons-react';
import { useId, useState, type ReactNode } from 'react';

/** Something for those who want to read it, closed at first. */
export function Fold({ title, children, open = false }: { title: string; children: ReactNode; open?: boolean }) {
  const [shown, setShown] = useState(open);
  const id = useId();
  return (
    <div className="fold">
      <button
        type="button"
        className="fold-button"
        aria-expanded={shown}
        aria-controls={id}
        onClick={() => setShown(!shown)}
      >
        <IconChevronRight size={14} aria-hidden="true" />
        {title}
      </button>
      <div id={id} hidden={!shown}>
        {shown && children}
      </div>
    </div>
  );
}
