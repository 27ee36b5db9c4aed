/** Short sentences on a score, for people: in lists, messages and CRM fields. */
import type { Label, Lang } from '../language/pack/catalogue.ts';
import { pointsOf } from '../language/pack/points.ts';
import type {
  ExplainedMeasure,
  MeasureDelta,
  ScoreExplanation,
  ShownValue,
} from './explanation.ts';
import { both, number, percent, plain, unknownBand, valueText } from './texts.ts';

/** Hundredths. What other measures' data does to a measure below it says nothing of the account. */
const leastScaling = 100;
/** Hundredths. A change below it comes from sharing points out, and says nothing either. */
const leastDelta = 10;

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
  const telling = deltas.filter(saysSomething);
  if (telling.length > 0) texts.push(...telling.map((delta) => deltaText(delta, lang)));
  else texts.push(...heldDown(explanation).map((measure) => measureText(measure, lang)));
  return texts.slice(0, limit);
}

const saysSomething = ({ cause, delta }: MeasureDelta): boolean =>
  Math.abs(delta) >= (cause === 'scaling' ? leastScaling : leastDelta);

/** What a condition about accounts read, and found. */
export interface Held {
  /** Columns read, as `metrics.seats` or `now.health.level`. */
  reads: readonly string[];
  /** Values of metrics that it read, as shown. */
  metrics: readonly { label: Label; unit: string | null; value: ShownValue }[];
}

/**
 * Why conditions hold: the metrics that they read; for a score that fell or rose, the measures
 * that moved it that way; for one that is high, what it earns, and for one that is low, what it
 * lacks. So what speaks against a condition is never given as its reason. At most `limit` texts.
 */
export function heldTexts(
  { reads, metrics }: Held,
  explanation: ScoreExplanation,
  deltas: readonly MeasureDelta[],
  bands: readonly string[],
  lang: Lang,
  limit = 3,
): string[] {
  const read = (pattern: RegExp): boolean => reads.some((column) => pattern.test(column));
  const { score, band, trend, change } = explanation;
  const texts = metrics.map(
    ({ label, unit, value }) => `${label[lang]} ${valueText(value, unit, lang)}`,
  );
  if (read(new RegExp(`^(moved\\.${score}|now\\.${score}\\.trend)$`))) {
    const falls = trend === 'falling' || (change?.total ?? 0) < 0;
    const moved = deltas.filter((delta) => saysSomething(delta) && delta.delta < 0 === falls);
    texts.push(...moved.map((delta) => deltaText(delta, lang)));
  }
  if (read(new RegExp(`^now\\.${score}\\.(level|points|band)$`))) {
    const position = bands.indexOf(band?.id ?? '');
    const high = position >= 0 && position >= bands.length / 2;
    const measures = high ? heldUp(explanation) : heldDown(explanation);
    if (!high) texts.push(...bandTexts(explanation, lang));
    texts.push(...measures.map((measure) => measureText(measure, lang)));
  }
  return [...new Set(texts)].slice(0, limit);
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
  const { waiting_since: since } = explanation;
  if (band?.id === unknownBand.id && explanation.waiting_for_data && since !== null) {
    texts.push(
      both(
        `Too little data: none since ${since}, and it could change the band`,
        `データ不足（${since}以降のデータが届かず、内容によってバンドが変わります）`,
      ),
    );
  } else if (band?.id === unknownBand.id && state === 'scored') {
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
  if (explanation.waiting_for_data && band && band.id !== unknownBand.id) {
    const until = since === null ? plain('') : both(` since ${since}`, `${since}以降の`);
    texts.push(
      explanation.stayed
        ? both(
            `Stays ${band.label.en}: waiting for data${until.en}`,
            `${until.ja}データ待ちのため「${band.label.ja}」を維持`,
          )
        : both(
            `${band.label.en} by the last known values: waiting for data${until.en}`,
            `直近の値により「${band.label.ja}」：${until.ja}データ待ち`,
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
    case 'phase':
      return both(
        `${name}: another scorecard applies: ${points}`,
        `${name} スコアカード変更: ${points}`,
      )[lang];
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

/** Measures by what they earn, the most first. */
function heldUp({ measures }: ScoreExplanation): ExplainedMeasure[] {
  return measures
    .filter(({ earned, state }) => state === 'ok' && (earned ?? 0) > 0)
    .sort((a, b) => (b.earned ?? 0) - (a.earned ?? 0));
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
