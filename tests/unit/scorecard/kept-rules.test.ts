import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keptText, keptValue } from '../../../functions/scorecard/language/pack/kept-rules.ts';
import type { Pack } from '../../../functions/scorecard/language/pack/pack.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { packNames, readPackFiles } from '../../../functions/wiring/deployed-files.ts';
import {
  drawAccount,
  drawMetrics,
  drawPack,
  draws,
  drawValues,
} from '../../support/oracle/generate.ts';
import { runDay } from '../../support/oracle/harness.ts';

const kept = (pack: Pack): Pack => keptValue(keptText(pack)) as Pack;

/** The path of the first thing that differs; of whole packs, a diff would be too long to read. */
function difference(one: unknown, other: unknown, path = 'all'): string | undefined {
  if (Object.is(one, other)) return undefined;
  if (typeof one !== typeof other || typeof one !== 'object' || !one || !other) {
    return typeof one === 'function' && typeof other === 'function' ? undefined : path;
  }
  const [left, right] = [partsOf(one), partsOf(Object(other))];
  if (left.size !== right.size) return path;
  for (const [name, part] of left) {
    if (!right.has(name)) return `${path}.${name}`;
    const found = difference(part, right.get(name), `${path}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function partsOf(whole: object): Map<unknown, unknown> {
  if (whole instanceof Map) return whole;
  // Trees of the CEL library point back to the whole they are part of.
  const parts = 'op' in whole && 'args' in whole ? { op: whole.op, args: whole.args } : whole;
  return new Map(Object.entries(parts).filter(([, part]) => part !== undefined));
}

describe('kept rules', () => {
  it.each(packNames())('are the rules of %s, whole', (name) => {
    const pack = parsePack(readPackFiles(name));
    expect(difference(kept(pack), pack)).toBeUndefined();
    expect(keptText(kept(pack))).toBe(keptText(pack));
  });

  it('score every account as the rules themselves', () => {
    fc.assert(
      fc.property(draws, (draw) => {
        const metrics = drawMetrics(draw);
        const pack = parsePack(drawPack(draw, metrics).files);
        const accounts = Array.from({ length: 6 }, () => ({
          present: true,
          account: drawAccount(draw),
          metrics: drawValues(draw, metrics, true),
        }));
        const ages = new Map([
          ['first', 0],
          ['second', draw.pick([0, 2, null])],
        ]);
        const day = { ages, accounts, layouts: new Map() };
        const { batches, layout } = runDay({ ...day, pack: kept(pack) });
        const expected = runDay({ ...day, pack });
        expect(difference(batches, expected.batches)).toBeUndefined();
        expect(difference(layout, expected.layout)).toBeUndefined();
      }),
      { numRuns: 100 },
    );
  });
});
