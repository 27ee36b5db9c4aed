import { colour } from './output.ts';

/** Worst bands red, best ones green, by position on the scale. */
export function bandColour(index: number, bands: number): (text: string) => string {
  const position = bands < 2 ? 1 : index / (bands - 1);
  if (position < 0.2) return colour.red;
  if (position < 0.45) return colour.yellow;
  if (position < 0.7) return colour.cyan;
  return colour.green;
}

/** Points with their sign, coloured by it. */
export function signed(points: number): string {
  if (points === 0) return '±0';
  return points > 0 ? colour.green(`+${points}`) : colour.red(`−${Math.abs(points)}`);
}
