import { ActionIcon, Menu } from '@mantine/core';
import { IconGridDots } from '@tabler/icons-react';

import { usePrefs, useSetPrefs } from '../../store/context.tsx';
import type { CellSize } from './view.ts';

const sizes: readonly { value: CellSize; label: string }[] = [
  { value: 'fine', label: 'Fine, up to a million cells' },
  { value: 'normal', label: 'Normal' },
  { value: 'large', label: 'Large' },
];

export function CellSizeMenu() {
  const now = usePrefs((prefs) => prefs.cellSize);
  const set = useSetPrefs();
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon aria-label="Size of the cells" title="Size of the cells">
          <IconGridDots size={17} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {sizes.map(({ value, label }) => (
          <Menu.Item key={value} onClick={() => set({ cellSize: value })} aria-current={now === value}>
            <span style={{ fontWeight: now === value ? 600 : 400 }}>{label}</span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
