import type { Pack } from '../scorecard/language/pack/pack.ts';
import type { PackSignals } from '../scorecard/language/pack/signals.ts';
import { both } from '../scorecard/meaning/texts.ts';
import { escaped } from './slack-text.ts';

export interface DigestGroup {
  signal: string;
  /** Held already when the signal was first looked at, or only because rules changed. */
  silent: boolean;
  count: number;
  /** How many accounts they are of. */
  accounts: number;
  /** Of some of them. */
  names: string[];
}

/** A digest in Slack's own markup: first what is new, then what was found at the start. */
export function digestText(given: {
  pack: Pack;
  signals: PackSignals;
  date: string;
  groups: readonly DigestGroup[];
}): string {
  const { pack, signals, date, groups } = given;
  const { language: lang } = signals;
  const all = [...signals.states, ...signals.events];
  const line = ({ signal, count, accounts, names }: DigestGroup): string => {
    const label = all.find(({ id }) => id === signal)?.label[lang] ?? signal;
    const rest = accounts - names.length;
    const more = rest > 0 ? both(` and ${rest} more`, `、ほか${rest}件`)[lang] : '';
    const list = names.map(escaped).join(both(', ', '、')[lang]);
    return `• *${escaped(label)}* (${count}): ${list}${more}`;
  };
  const order = (group: DigestGroup): number => all.findIndex(({ id }) => id === group.signal);
  const sorted = [...groups].sort((a, b) => order(a) - order(b));
  const fresh = sorted.filter(({ silent }) => !silent);
  const found = sorted.filter(({ silent }) => silent);
  const title = both(
    `*${escaped(pack.label.en)}: signals of ${date}*`,
    `*${escaped(pack.label.ja)} シグナルのまとめ ${date}*`,
  );
  const start = both(
    'Already so when first looked at, or only because rules changed; no message follows for each',
    '監視を始めた時点ですでに該当、またはルール変更だけで該当したもの（個別の通知はしません）',
  );
  return [
    title[lang],
    ...fresh.map(line),
    ...(found.length > 0 ? [`_${start[lang]}_`, ...found.map(line)] : []),
  ].join('\n');
}
