/** What people read: in Slack, in a task, in a digest. */
import { dayMs } from '../calendar.ts';
import type { CrmTask } from '../ports/crm.ts';
import { type AccountDocument, nameOrId } from '../records/documents.ts';
import { localDay } from '../records/entries.ts';
import type { Delivery, EpisodeDocument } from '../records/signal-documents.ts';
import { oneLine } from '../safe-text.ts';
import type { Lang } from '../scorecard/language/pack/catalogue.ts';
import type { Pack } from '../scorecard/language/pack/pack.ts';
import type { Severity, SignalText } from '../scorecard/language/pack/signals.ts';
import type { SignalFact } from '../scorecard/meaning/signals.ts';
import { both, valueText } from '../scorecard/meaning/texts.ts';
import { escaped } from './slack-text.ts';

interface Given {
  pack: Pack;
  lang: Lang;
  signal: SignalText;
  account: AccountDocument | undefined;
  episode: EpisodeDocument;
  delivery: Delivery;
}

const marks: Record<Severity, string> = { critical: '🔴', warning: '🟡', info: '🔵' };
const priorities = { critical: 'High', warning: 'Normal', info: 'Low' } as const;
/** Days that a task leaves. */
const dueDays = { critical: 1, warning: 3, info: 7 } as const;

const words = {
  seen: both('Seen', '検知内容'),
  hints: both('To consider', '考えられること'),
  action: both('Next', '次の対応'),
  owner: both('Owner', '担当'),
  links: both('Help', '参考'),
};

const furtherInDigest = both(
  'There are many of these. Those that follow are not sent one by one; the day’s digest counts them.',
  '同じ通知が続いています。この後に続くものは個別には送らず、1日1回のまとめに件数を載せます。',
);
const furtherOnPages = both(
  'There are many of these. Those that follow are not sent one by one; the dashboard shows them.',
  '同じ通知が続いています。この後に続くものは個別には送りません。ダッシュボードで確認してください。',
);

/** A message in Slack's own markup. */
export function slackText(given: Given): string {
  const { lang, signal, episode, delivery } = given;
  const { mention } = delivery;
  const name = `*${escaped(nameOf(given))}*`;
  const title = `${marks[episode.severity]} ${escaped(signal.label[lang])}: ${name}`;
  const links = signal.links.map(({ label, url }) => `<${url}|${escaped(label[lang])}>`);
  const lines = [mention === null ? title : `${mentioned(mention)} ${title}`];
  for (const [word, texts] of sectionsOf(given)) {
    lines.push(`*${words[word][lang]}*: ${texts.map(escaped).join(both('; ', '、')[lang])}`);
  }
  if (links.length > 0) lines.push(`*${words.links[lang]}*: ${links.join(' · ')}`);
  if (episode.last_of_many) {
    lines.push(`_${(given.pack.signals?.digestChannel ? furtherInDigest : furtherOnPages)[lang]}_`);
  }
  return lines.join('\n');
}

/** What a task says; its key and record are the caller's. */
export function taskText(given: Given, now: Date): Omit<CrmTask, 'key' | 'recordId'> {
  const { lang, signal, episode } = given;
  const owner = ownerOf(given);
  const sections = sectionsOf(given).map(
    ([word, texts]) => `${words[word][lang]}\n${texts.map((text) => `- ${text}`).join('\n')}`,
  );
  const links = signal.links.map(({ label, url }) => `- ${label[lang]} ${url}`);
  const due = new Date(now.getTime() + dueDays[episode.severity] * dayMs);
  return {
    subject: `${signal.label[lang]}: ${nameOf(given)}`,
    description: [
      ...sections,
      ...(links.length > 0 ? [`${words.links[lang]}\n${links.join('\n')}`] : []),
    ].join('\n\n'),
    priority: priorities[episode.severity],
    due: localDay(due.toISOString(), given.pack.zone),
    // Salesforce's ids of users begin like this.
    owner: owner !== null && /^005\w{12}(\w{3})?$/.test(owner) ? owner : null,
  };
}

function sectionsOf(
  given: Given,
): [word: 'seen' | 'action' | 'hints' | 'owner', texts: string[]][] {
  const { lang, signal, episode, pack } = given;
  const owner = ownerOf(given);
  const facts = episode.facts.flatMap((fact) => factText(pack, fact, lang) ?? []);
  const sections: ReturnType<typeof sectionsOf> = [
    ['seen', facts],
    ['action', [signal.action[lang]]],
    ['hints', signal.hints[lang]],
    ['owner', owner === null ? [] : [owner]],
  ];
  return sections.filter(([, texts]) => texts.length > 0);
}

export function nameOf({ account, episode }: Pick<Given, 'account' | 'episode'>): string {
  return oneLine(nameOrId(episode.account, account));
}

function ownerOf({ signal: { owner }, account }: Given): string | null {
  if (owner === null) return null;
  if ('address' in owner) return owner.address;
  const value = account?.attributes[owner.column];
  return value === null || value === undefined || value === '' ? null : oneLine(String(value));
}

/** A fact with the words that the pack has for it; undefined for what says little by itself. */
function factText(pack: Pack, { of, value }: SignalFact, lang: Lang): string | undefined {
  const [root, first = '', second] = of.split('.');
  if (value === null || root === 'account' || root === 'event') return undefined;
  const before = both('Earlier ', '以前の')[lang];
  if (root === 'metrics' || root === 'metrics_before') {
    const metric = pack.metrics.get(first);
    const label = metric?.label[lang] ?? first;
    const shown = valueText(value, metric?.unit ?? null, lang);
    return `${root === 'metrics' ? label : `${before}${label}`} ${shown}`;
  }
  const score = pack.scores.find(({ id }) => id === first);
  const label = score?.label[lang] ?? first;
  if (root === 'moved') {
    const moved = typeof value === 'number' && value > 0 ? `+${value}` : String(value);
    return both(`${label} moved ${moved} points`, `${label}の変動 ${moved}点`)[lang];
  }
  const name = root === 'before' ? `${before}${label}` : label;
  if (second === 'points') return both(`${name} ${value} points`, `${name} ${value}点`)[lang];
  const band =
    second === 'level' && typeof value === 'number'
      ? score?.bands[value - 1]
      : score?.bands.find(({ id }) => id === value);
  return band ? `${name} ${band.label[lang]}` : undefined;
}

function mentioned(mention: string): string {
  if (mention === 'here' || mention === 'channel') return `<!${mention}>`;
  return mention.startsWith('S') ? `<!subteam^${mention}>` : `<@${mention}>`;
}
