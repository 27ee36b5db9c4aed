/** What the bench reports. */

/** One line of the table: how two ways of doing the same thing compare. */
export interface Ratio {
  name: string;
  ratio: number;
  /** What must hold; a ratio without it is only shown. */
  required?: { atLeast: number } | { atMost: number };
  /** What was measured, in one line. */
  says: string;
}

/** What a part of the bench found; `table` is printed as it is. */
export interface Measured {
  ratios: Ratio[];
  table?: string;
}

export function holds({ ratio, required }: Ratio): boolean {
  if (!required) return true;
  return 'atLeast' in required ? ratio >= required.atLeast : ratio <= required.atMost;
}

const requirementOf = ({ required }: Ratio): string => {
  if (!required) return '';
  return 'atLeast' in required ? `>= ${required.atLeast}` : `<= ${required.atMost}`;
};

/** The ratios as a table for people. */
export function tableOf(ratios: readonly Ratio[]): string {
  const rows = ratios.map((ratio) => [
    ratio.name,
    ratio.ratio >= 100 ? ratio.ratio.toFixed(0) : ratio.ratio.toFixed(2),
    requirementOf(ratio),
    ratio.required ? (holds(ratio) ? 'ok' : 'MISSED') : '',
    ratio.says,
  ]);
  const head = ['name', 'ratio', 'required', '', 'what it says'];
  const widths = head.map((text, i) =>
    Math.max(...[head, ...rows].map((row) => row[i]?.length ?? 0), text.length),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((text, i) => (i === 1 ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [head, head.map((_, i) => '-'.repeat(Math.min(widths[i] ?? 0, 60))), ...rows]
    .map(line)
    .join('\n');
}

/** `1,234,567/s`, or with three digits where it is small. */
export function rateText(rate: number): string {
  const rounded = rate >= 100 ? Math.round(rate) : Number(rate.toPrecision(3));
  return `${rounded.toLocaleString('en')}/s`;
}
