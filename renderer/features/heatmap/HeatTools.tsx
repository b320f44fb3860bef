import { ActionIcon, Tooltip } from '@mantine/core';
import { IconMinus, IconPlus, IconTable, IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { memo } from 'react';

import { CellSizeMenu } from './CellSizeMenu.tsx';

interface HeatToolsProps {
  readonly walking: boolean;
  readonly widest: boolean;
  readonly closest: boolean;
  readonly asTable: boolean;
  readonly onWalk: (backward: boolean) => void;
  /** Positive is closer. */
  readonly onZoom: (steps: number) => void;
  readonly onTable: (asTable: boolean) => void;
}

/** The buttons above a heatmap. Few frames change them, and rendering their tooltips would be a good part of a frame. */
export const HeatTools = memo(function HeatTools(props: HeatToolsProps) {
  const { walking, widest, closest, asTable, onWalk, onZoom, onTable } = props;
  return (
    <>
      <Tool label="Previous problem (P)" onClick={() => onWalk(true)} disabled={walking}>
        <IconChevronLeft size={17} />
      </Tool>
      <Tool label="Next problem (N)" onClick={() => onWalk(false)} disabled={walking}>
        <IconChevronRight size={17} />
      </Tool>
      <Tool label="Zoom out (−)" onClick={() => onZoom(-1)} disabled={widest}>
        <IconMinus size={17} />
      </Tool>
      <Tool label="Zoom in (+)" onClick={() => onZoom(1)} disabled={closest}>
        <IconPlus size={17} />
      </Tool>
      <CellSizeMenu />
      <Tool
        label={asTable ? 'Show as a picture' : 'Show as a table'}
        onClick={() => onTable(!asTable)}
        pressed={asTable}
      >
        <IconTable size={17} />
      </Tool>
    </>
  );
});

function Tool(props: {
  label: string;
  onClick: () => void;
  disabled?: boolean;
  pressed?: boolean;
  children: React.ReactNode;
}) {
  return (
    <Tooltip label={props.label}>
      <ActionIcon
        aria-label={props.label}
        aria-pressed={props.pressed}
        disabled={props.disabled ?? false}
        onClick={props.onClick}
      >
        {props.children}
      </ActionIcon>
    </Tooltip>
  );
}
