import { figureNames, type FigureName, type Figures } from '../../app/history/figures.ts';

/** Figures that are 0 but for those that are told. */
export function figures(part: Partial<Record<FigureName, number>> = {}): Figures {
  return { ...(Object.fromEntries(figureNames.map((name) => [name, 0])) as Record<FigureName, number>), ...part };
}
