import type { Pack } from '../scorecard/language/pack/pack.ts';
import type { PackSignals } from '../scorecard/language/pack/signals.ts';
import type { MeasureDelta } from '../scorecard/meaning/explanation.ts';
import { both, number, unknownBand } from '../scorecard/meaning/texts.ts';
import { escaped } from './slack-text.ts';

/** An account that a new version of the rules moved. */
export interface MovedAccount {
  name: string;
  /** Bands by score, and the measures that earn differently by the rules. */
  bands: { score: string; from: string; to: string; deltas: readonly MeasureDelta[] }[];
  /** Signals that hold since. */
  signals: string[];
}

/** Slack asks for at most 4,000 characters; the rest are counted. */
const mostCharacters = 3_600;
const mostMeasures = 2;

/** What a message to an owner says of a new version of the rules, in Slack's own markup. */
export function rulesDigestText(given: {
  pack: Pack;
  signals: PackSignals;
  date: string;
  owner: string | null;
  /** Of all that moved. */
  count: number;
  /** The first of them. */
  moved: readonly MovedAccount[];
}): string {
  const { pack, signals, date, owner, count, moved } = given;
  const { language: lang } = signals;
  const whose = owner === null ? both('no owner', 'なし')[lang] : ownerText(owner);
  const title = both(
    `*${escaped(pack.label.en)}: new rules of ${date}* (${whose})`,
    `*${escaped(pack.label.ja)} ルール変更のまとめ ${date}*（担当: ${whose}）`,
  );
  const what = both(
    `${count} ${count === 1 ? 'account stands' : 'accounts stand'} differently because the rules changed, not the customers. No message or task follows for each.`,
    `お客様の変化ではなく、ルールの変更により表示が変わった顧客が${count}件あります。個別の通知やタスクはありません。`,
  );
  const lines = [title[lang], what[lang]];
  let shown = 0;
  for (const account of moved) {
    const line = lineOf(pack, signals, account);
    if (lines.join('\n').length + line.length > mostCharacters) break;
    lines.push(line);
    shown += 1;
  }
  const rest = count - shown;
  if (rest > 0) lines.push(both(`and ${rest} more`, `ほか${rest}件`)[lang]);
  return lines.join('\n');
}

function lineOf(
  pack: Pack,
  { language: lang, states }: PackSignals,
  { name, bands, signals }: MovedAccount,
): string {
  const parts = bands.map(({ score: id, from, to, deltas }) => {
    const score = pack.scores.find((one) => one.id === id);
    const label = (band: string): string =>
      [...(score?.bands ?? []), unknownBand].find((one) => one.id === band)?.label[lang] ?? band;
    const moved = [...deltas]
      .filter(({ cause, delta }) => cause === 'rules' && delta !== 0)
      .sort((a, b) => Math.abs(b.delta) - Math.abs(a.delta))
      .slice(0, mostMeasures)
      .map((delta) => `${delta.label[lang]} ${signed(delta.delta, lang)}`);
    const why =
      moved.length > 0
        ? moved.join(both(', ', '、')[lang])
        : both('limits of the bands', 'バンドの基準の変更')[lang];
    const open = both(' (', '（')[lang];
    const close = both(')', '）')[lang];
    return `${score?.label[lang] ?? id} ${label(from)} → ${label(to)}${open}${why}${close}`;
  });
  for (const id of signals) {
    parts.push(states.find((signal) => signal.id === id)?.label[lang] ?? id);
  }
  const said = escaped(parts.join(both('; ', '、')[lang]));
  return both(`• *${escaped(name)}*: ${said}`, `• *${escaped(name)}* ${said}`)[lang];
}

const signed = (hundredths: number, lang: 'en' | 'ja'): string =>
  `${hundredths > 0 ? '+' : '−'}${number(Math.abs(hundredths) / 100, lang)}`;

/** Slack's ids of members begin like this; others are shown as they are. */
const ownerText = (owner: string): string =>
  /^[UW][A-Z0-9]{8,}$/.test(owner) ? `<@${owner}>` : escaped(owner);
