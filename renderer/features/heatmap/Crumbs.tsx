import { formatCount } from '../../../app/domain/units.ts';
import { rangeInBytes } from '../../words/heatmap.ts';
import { windowOf, type Scale, type View } from './view.ts';

/** Where the window is: whole disk › 412–436 GiB › block 108,003,328. */
export function Crumbs(props: {
  view: View;
  scale: Scale;
  blockSectors: number;
  cursor: number | null;
  onWhole: () => void;
  onWindow: () => void;
}) {
  const { view, scale, blockSectors, cursor } = props;
  const { first, count } = windowOf(view, scale);
  const whole = count === scale.blocks;
  return (
    <nav aria-label="Place on the disk">
      <ol className="heat-crumbs">
        <li>
          <button type="button" className="heat-crumb" onClick={props.onWhole} disabled={whole}>
            Whole disk
          </button>
        </li>
        {!whole && (
          <li>
            <span className="muted" aria-hidden="true">
              ›
            </span>
            <button type="button" className="heat-crumb" onClick={props.onWindow} disabled={cursor === null}>
              {rangeInBytes(first, count, blockSectors)}
            </button>
          </li>
        )}
        {cursor !== null && (
          <li>
            <span className="muted" aria-hidden="true">
              ›
            </span>
            <span className="heat-crumb-block">block {formatCount(cursor)}</span>
          </li>
        )}
      </ol>
    </nav>
  );
}
