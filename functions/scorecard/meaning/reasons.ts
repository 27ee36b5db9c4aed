/** Short sentences on a score, for people: in lists, messages and CRM fields. */
import type { Label, Lang } from '../language/pack/catalogue.ts';
import { pointsOf } from '../language/pack/points.ts';
import type { ExplainedMeasure, MeasureDelta, ScoreExplanation } from './explanation.ts';
import { both, number, percent, unknownBand, valueText } from './texts.ts';

/** Hundredths. What other measures' data does to a measure below it says nothing of the account. */
const leastScaling = 100;

/**
 * Why the score moved: the biggest deltas first. Where nothing moved, what holds it down most.
 * What explains the band alone (a cap, data that is awaited, too little data) comes first.
 * At most `limit` texts.
 */
export function reasonTexts(
  explanation: ScoreExplanation,
  deltas: readonly MeasureDelta[],
  lang: Lang,
  limit = 3,
): string[] {
  const texts = bandTexts(explanation, lang);
  const telling = deltas.filter(
    ({ cause, delta }) => cause !== 'scaling' || Math.abs(delta) >= leastScaling,
  );
  if (telling.length > 0) texts.push(...telling.map((delta) => deltaText(delta, lang)));
  else texts.push(...heldDown(explanation).map((measure) => measureText(measure, lang)));
  return texts.slice(0, limit);
}

/** Another scorecard applies than before: the first thing to know about such a change. */
export function scorecardText(before: Label, now: Label, lang: Lang): string {
  return both(
    `Scorecard changed: ${before.en} → ${now.en}`,
    `スコアカード変更: 「${before.ja}」→「${now.ja}」`,
  )[lang];
}

/** What says more about the band than any measure. */
function bandTexts(explanation: ScoreExplanation, lang: Lang): string[] {
  const { state, reason, band, cap, confidence } = explanation;
  const texts: Label[] = [];
  if (state === 'error' && reason !== null) {
    texts.push(both(`Could not be scored: ${reason}`, `採点できませんでした（${reason}）`));
  }
  if (band?.id === unknownBand.id && state === 'scored') {
    const { en, ja } = unknownBand.label;
    const share = percent(confidence ?? 0, lang);
    texts.push(
      both(
        `${en} (${share} of the points are backed by it)`,
        `${ja}（データがあるのは配点の${share}）`,
      ),
    );
  }
  if (cap && band) {
    texts.push(
      both(
        `${cap.label.en}: at most ${band.label.en}`,
        `${cap.label.ja}のため、上限は「${band.label.ja}」`,
      ),
    );
  }
  if (explanation.waiting_for_data && band) {
    texts.push(
      both(
        `Stays ${band.label.en} while waiting for data`,
        `データ待ちのため「${band.label.ja}」を維持`,
      ),
    );
  }
  return texts.map((text) => text[lang]);
}

function deltaText({ label, cause, unit, delta, before, now }: MeasureDelta, lang: Lang): string {
  const name = label[lang];
  const points = signed(delta, lang);
  const value = valueText(now, unit, lang);
  switch (cause) {
    case 'behaviour':
      return `${name} ${valueText(before, unit, lang)} → ${value}: ${points}`;
    case 'data':
      return now === null
        ? both(`${name}: no data now: ${points}`, `${name} データなし: ${points}`)[lang]
        : both(
            `${name}: data came in (${value}): ${points}`,
            `${name} データ取得（${value}）: ${points}`,
          )[lang];
    case 'rules':
      return both(`${name}: scoring rules changed: ${points}`, `${name} 採点ルール変更: ${points}`)[
        lang
      ];
    case 'scaling':
      return both(
        `${name}: counts differently, since other measures gained or lost data: ${points}`,
        `${name} 他項目のデータ有無による配点変更: ${points}`,
      )[lang];
  }
}

/** Measures by what they lack, the most first. */
function heldDown({ measures }: ScoreExplanation): ExplainedMeasure[] {
  const lack = ({ available, earned }: ExplainedMeasure) => available - (earned ?? 0);
  return measures
    .filter((measure) => measure.earned !== null && lack(measure) > 0)
    .sort((a, b) => lack(b) - lack(a));
}

function measureText(measure: ExplainedMeasure, lang: Lang): string {
  const { label, value, unit, state } = measure;
  const earned = number(pointsOf(measure.earned ?? 0), lang);
  const available = number(pointsOf(measure.available), lang);
  const shown =
    state === 'missing' ? both('no data', 'データなし')[lang] : valueText(value, unit, lang);
  return both(
    `${label.en} ${shown}: ${earned} of ${available} points`,
    `${label.ja} ${shown}: ${available}点中${earned}点`,
  )[lang];
}

/** `−15 points`, `+1 point`, `−15点`. */
function signed(hundredths: number, lang: Lang): string {
  const amount = Math.abs(pointsOf(hundredths));
  const text = `${hundredths < 0 ? '−' : '+'}${number(amount, lang)}`;
  return both(`${text} ${amount === 1 ? 'point' : 'points'}`, `${text}点`)[lang];
}
