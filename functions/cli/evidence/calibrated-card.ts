/** A scorecard file with calibrated measures; all that people wrote about measures that stay is kept. */
import { Document, isMap, isSeq, parse, visit } from 'yaml';
import { code, Rejected } from '../../errors.ts';
import type { Recalibration } from '../../evidence/calibrate/recalibrate.ts';
import type { Scorecard } from '../../scorecard/language/pack/pack.ts';
import { scorecardFile } from '../../scorecard/language/schema/scorecards.ts';
import { earningOf } from './calibrated-pack.ts';
import { measureReason } from './measure-reason.ts';

/**
 * @param text the scorecard as it is
 * @param tunedUntil last local day of the outcomes that the proposal is made from
 * @throws Rejected for one with axes, whose points people share out
 */
export function calibratedCard(
  text: string,
  card: Scorecard,
  found: Recalibration,
  tunedUntil: string,
): string {
  const before = scorecardFile.parse(parse(text));
  if (Object.keys(before.axes).length > 0) {
    throw new Rejected(
      code.invalidRules,
      `The scorecard ${card.id} has axes, and how many points each has is for people to say; take the steps over by hand.`,
    );
  }
  const proven = found.verdict.verdict === 'predicts';
  const measures = found.measures.map((measure) => {
    const { id } = measure.binning.column;
    const kept = before.measures.find(({ metric }) => metric === id);
    return {
      id: kept?.id ?? id,
      metric: id,
      points: measure.most,
      ...earningOf(measure),
      missing: { points: measure.missing },
      ...(kept?.max_age === undefined ? {} : { max_age: kept.max_age }),
      ...(proven ? {} : { hypothesis: true }),
      ...(kept?.label ? { label: kept.label } : {}),
      ...(kept?.hints ? { hints: kept.hints } : {}),
    };
  });
  const { axes: _axes, ...rest } = before;
  const document = new Document({
    ...rest,
    version: nextVersion(before.version),
    tuned_until: tunedUntil,
    measures,
  });
  document.commentBefore = ` ${found.verdict.en}`;
  const list = document.get('measures');
  if (isSeq(list)) {
    for (const [i, item] of list.items.entries()) {
      const measure = found.measures[i];
      if (isMap(item) && measure) item.commentBefore = ` ${measureReason(measure).en}`;
    }
  }
  visit(document, {
    Pair(_, { key, value }) {
      const short = ['label', 'steps', 'lookup', 'missing', 'reference'].includes(String(key));
      if (short && (isMap(value) || isSeq(value))) value.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** Other steps are another version in the middle. */
function nextVersion(version: string): string {
  const [major = '0', minor = '0'] = version.split('.');
  return `${major}.${Number(minor) + 1}.0`;
}
