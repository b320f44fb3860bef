import { ActionIcon, Tooltip } from '@mantine/core';
import { IconMinus, IconPlus, IconTable, IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { memo, useMemo } from 'react';

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

/** The buttons above a heatmap, each by itself: few frames change one, and their tooltips would be a good part of a frame. */
export const HeatTools = memo(function HeatTools(props: HeatToolsProps) {
  const { walking, widest, closest, asTable, onWalk, onZoom, onTable } = props;
  const acts = useMemo(
    () => ({
      previous: () => onWalk(true),
      next: () => onWalk(false),
      out: () => onZoom(-1),
      in: () => onZoom(1),
      table: () => onTable(!asTable),
    }),
    [onWalk, onZoom, onTable, asTable],
  );
  return (
    <>
      <Tool label="Previous problem (P)" icon={icons.previous} onClick={acts.previous} disabled={walking} />
      <Tool label="Next problem (N)" icon={icons.next} onClick={acts.next} disabled={walking} />
      <Tool label="Zoom out (−)" icon={icons.minus} onClick={acts.out} disabled={widest} />
      <Tool label="Zoom in (+)" icon={icons.plus} onClick={acts.in} disabled={closest} />
      <SizeMenu />
      <Tool
        label={asTable ? 'Show as a picture' : 'Show as a table'}
        icon={icons.table}
        onClick={acts.table}
        pressed={asTable}
      />
    </>
  );
});

const SizeMenu = memo(CellSizeMenu);

const icons = {
  previous: <IconChevronLeft size={17} />,
  next: <IconChevronRight size={17} />,
  minus: <IconMinus size={17} />,
  plus: <IconPlus size={17} />,
  table: <IconTable size={17} />,
};

interface ToolProps {
  readonly label: string;
  readonly icon: React.ReactNode;
  readonly onClick: () => void;
  readonly disabled?: boolean;
  readonly pressed?: boolean;
}

const Tool = memo(function Tool({ label, icon, onClick, disabled = false, pressed }: ToolProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon aria-label={label} aria-pressed={pressed} disabled={disabled} onClick={onClick}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
});
