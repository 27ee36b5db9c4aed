/** Whether a scorecard has aged: false alarms as rare as they are said to be, and changes found. */
import { describe, expect, it } from 'vitest';
import {
  ageingOf,
  driftOf,
  fewestForDrift,
  scoredLabels,
  stability,
} from '../../../functions/evidence/drift.ts';
import { chiSquaredAbove } from '../../../functions/evidence/statistics/distributions.ts';
import { randomFrom } from '../../../functions/evidence/statistics/random.ts';
import type { HistoryRow } from '../../../functions/scorecard/engine/history-row.ts';
import { layoutOf } from '../../../functions/scorecard/engine/layout.ts';
import { plain } from '../../../functions/scorecard/meaning/texts.ts';
import { smallPack } from '../../support/small-pack.ts';

describe('chi-squared', () => {
  it.each([
    // As scipy.stats.chi2.sf gives it.
    [3.841458820694124, 1, 0.05],
    [5.991464547107979, 2, 0.05],
    [16.918977604620448, 9, 0.05],
    [18.307038053275146, 10, 0.05],
    [2, 3, 0.5724067044708798],
    [0, 4, 1],
  ])('%s with %s degrees', (x, freedom, above) => {
    expect(chiSquaredAbove(x, freedom)).toBeCloseTo(above, 12);
  });
});

describe('drift', () => {
  const draw = (random: () => number, n: number, shift = 0) =>
    Array.from({ length: n }, () => (random() < 0.1 ? null : random() + random() + shift));

  it('raises about 1 false alarm in 20, also among 100 accounts, where 0.1 would raise most', () => {
    const random = randomFrom(11);
    const found = Array.from({ length: 1000 }, () =>
      stability(draw(random, 100), draw(random, 100)),
    );
    const alarms = found.filter(({ p }) => (p ?? 1) < 0.05).length;
    expect(alarms).toBeGreaterThan(20);
    expect(alarms).toBeLessThan(75);
    expect(found.filter(({ psi }) => (psi ?? 0) > 0.1).length).toBeGreaterThan(600);
  });

  it('is found where values moved, or where they are no longer known', () => {
    const random = randomFrom(12);
    const then = draw(random, 400);
    expect(stability(then, draw(random, 400, 0.5)).p).toBeLessThan(0.001);
    const unknown = then.map((value, i) => (i % 3 === 0 ? null : value));
    expect(stability(then, unknown).p).toBeLessThan(0.001);
    expect(stability(then, then)).toEqual({ psi: 0, p: 1 });
  });

  it('says nothing of few accounts, or of values that are the same everywhere', () => {
    const some = Array.from({ length: fewestForDrift - 1 }, (_, i) => i);
    expect(stability(some, some)).toEqual({ psi: null, p: null });
    const same = new Array<number>(100).fill(3);
    expect(stability(same, same)).toEqual({ psi: null, p: null });
  });

  it('names the metrics that moved, each once, and not those that only look so', () => {
    const pack = smallPack();
    const [health] = pack.scores;
    const layout = layoutOf(pack);
    const inputs = layout.scores[0]?.inputs ?? [];
    if (!health) throw new Error('the small pack has a score');
    const scored = inputs.slice(0, -1);
    const labels = new Map(scored.map(({ metric }) => [metric, plain(metric)]));
    const random = randomFrom(13);
    const day = (shift: number) => ({
      layout,
      rows: Array.from({ length: 300 }, () => ({
        state: 'scored',
        points: Math.round(10_000 * random()),
        inputs: inputs.map((_, i) => random() + (i === 0 ? shift : 0)),
      })) as unknown as HistoryRow[],
    });
    const found = driftOf(health, labels, day(0), day(0.4));
    expect(found[0]).toMatchObject({ metric: null, label: health.label, moved: false });
    expect(found.filter(({ moved }) => moved).map(({ metric }) => metric)).toEqual([
      inputs[0]?.metric,
    ]);
    const metrics = found.map(({ metric }) => metric);
    expect(new Set(metrics).size).toBe(metrics.length);
    // What is not among them only decides on phases.
    expect(metrics).not.toContain(inputs.at(-1)?.metric);
  });
});

describe('ageing', () => {
  const pack = smallPack();
  const [score] = pack.scores;
  if (!score) throw new Error('the small pack has a score');
  const layout = layoutOf(pack);
  const inputs = layout.scores[0]?.inputs.length ?? 0;
  const labels = scoredLabels(pack, score);
  /** Points and metrics of so many accounts, moved by as much of their range. */
  const day = (random: () => number, n: number, shift = { points: 0, metrics: 0 }) => ({
    layout,
    rows: Array.from({ length: n }, () => {
      const points = Math.round(5000 * (random() + random() + shift.points));
      const values = Array.from({ length: inputs }, () => random() + shift.metrics);
      return { state: 'scored', points, inputs: values } as unknown as HistoryRow;
    }),
  });

  it.each([60, 400])('is said once in many years of weeks at most, of %s accounts', (n) => {
    const random = randomFrom(n);
    const alarms = Array.from({ length: 1000 }, () =>
      ageingOf(score, labels, day(random, n), day(random, n)),
    ).filter((found) => found !== null);
    expect(alarms.length).toBeLessThan(4);
  });

  it('is that points moved far, with the metrics that moved as far, not metrics alone', () => {
    const random = randomFrom(5);
    const then = day(random, 400);
    const moved = ageingOf(score, labels, then, day(random, 400, { points: 0.5, metrics: 0.5 }));
    expect(moved?.psi).toBeGreaterThan(0.25);
    expect(moved?.metrics).toEqual([...new Set(moved?.metrics)]);
    expect(moved?.metrics.length).toBeGreaterThan(0);
    const holidays = day(random, 400, { points: 0, metrics: 0.5 });
    expect(ageingOf(score, labels, then, holidays)).toBeNull();
    // Enough to be beyond chance, and not enough to matter.
    const many = day(random, 5000);
    expect(
      ageingOf(score, labels, many, day(random, 5000, { points: 0.1, metrics: 0 })),
    ).toBeNull();
  });
});
