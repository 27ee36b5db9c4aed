import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packNames, readPackFiles } from '../../../functions/deployed-files.ts';
import { keptText, keptValue } from '../../../functions/scorecard/kept-rules.ts';
import type { Pack } from '../../../functions/scorecard/pack.ts';
import { parsePack } from '../../../functions/scorecard/parse.ts';
import { drawAccount, drawMetrics, drawPack, draws, drawValues } from '../../oracle/generate.ts';
import { runDay } from '../../oracle/harness.ts';

const kept = (pack: Pack): Pack => keptValue(keptText(pack)) as Pack;

/** With what functions would hide: an expression's tree, and that it can be evaluated. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return [...value].map(([key, part]) => [key, plain(part)]);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'function') return typeof value;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return value;
  // Trees of the CEL library point back to the whole they are part of.
  if ('op' in value && 'args' in value) return { op: value.op, args: plain(value.args) };
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}

describe('kept rules', () => {
  it.each(packNames())('are the rules of %s, whole', (name) => {
    const pack = parsePack(readPackFiles(name));
    expect(plain(kept(pack))).toEqual(plain(pack));
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
        expect({ batches, layout }).toEqual(pick(runDay({ ...day, pack })));
      }),
      { numRuns: 100 },
    );
  });
});

function pick({ batches, layout }: ReturnType<typeof runDay>) {
  return { batches, layout };
}
