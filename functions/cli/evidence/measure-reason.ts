/** A calibrated measure as it is told, and why its steps are where they are. */
import { type Bin, binOf } from '../../evidence/calibrate/binning.ts';
import type { CalibratedMeasure } from '../../evidence/calibrate/points.ts';
import type { Label, Lang } from '../../scorecard/language/pack/catalogue.ts';
import { percent, plain } from '../../scorecard/meaning/texts.ts';

export function measureReason({ binning }: CalibratedMeasure): Label {
  const { column, cuts, levelBins, bins, missing } = binning;
  const places = bins.map((_, bin): Label => {
    if (levelBins) {
      const levels = (column.levels ?? []).filter((_level, i) => levelBins[i] === bin);
      const shown = levels.slice(0, 4).join(', ') + (levels.length > 4 ? ', ...' : '');
      return plain(shown);
    }
    if (column.steps) {
      const inside = column.steps.filter((_text, i) => binOf(binning, i) === bin);
      return plain(inside.join(', '));
    }
    if (column.bool) return bin === 0 ? { en: 'no', ja: 'いいえ' } : { en: 'yes', ja: 'はい' };
    const [from, to] = [cuts[bin - 1], cuts[bin]];
    if (from === undefined && to === undefined) return { en: 'any value', ja: '値あり' };
    if (from === undefined) return { en: `below ${to}`, ja: `${to} 未満` };
    return to === undefined
      ? { en: `from ${from}`, ja: `${from} 以上` }
      : { en: `from ${from}`, ja: `${from} 以上 ${to} 未満` };
  });
  const known = bins.map((bin, i) => {
    const place = places[i] ?? { en: '', ja: '' };
    return { en: `${place.en}: ${rate(bin, 'en')}`, ja: `${place.ja}: ${rate(bin, 'ja')}` };
  });
  const all =
    missing.rows === 0
      ? known
      : [...known, { en: `not known: ${rate(missing, 'en')}`, ja: `不明: ${rate(missing, 'ja')}` }];
  return {
    en: `left, ${all.map(({ en }) => en).join('; ')}`,
    ja: `解約率　${all.map(({ ja }) => ja).join('、')}`,
  };
}

const rate = ({ rows, left }: Bin, lang: Lang): string =>
  rows === 0 ? '–' : `${percent(left / rows, lang)} (${left} / ${rows})`;

/** A measure for scripts. */
export function measureJson(measure: CalibratedMeasure) {
  const { binning, points, missing, most } = measure;
  const { column, cuts, levelBins, bins, direction } = binning;
  return {
    column: column.id,
    ...(column.sumOf ? { sum_of: column.sumOf } : {}),
    direction,
    points: most,
    steps: bins.map((bin, i) => ({
      ...(levelBins
        ? { values: (column.levels ?? []).filter((_level, level) => levelBins[level] === i) }
        : { from: i === 0 ? null : (cuts[i - 1] ?? null) }),
      points: points[i] ?? 0,
      ...bin,
    })),
    missing: { points: missing, ...binning.missing },
    reason: measureReason(measure),
  };
}
