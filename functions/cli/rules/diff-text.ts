/** A comparison of rules as text for the terminal and as Markdown for a pull request. */
import type { MeasureEffect, Mover, ScoreComparison } from '../../evidence/compare-rules.ts';
import type { Label, Lang } from '../../scorecard/language/pack/catalogue.ts';
import { pointsOf } from '../../scorecard/language/pack/points.ts';
import { both, inLanguage } from '../../scorecard/meaning/texts.ts';
import { colour, table } from '../output.ts';

export interface RulesDiff {
  pack: string;
  old: string;
  new: string;
  date: string;
  /** own: the team's data; demo: invented customers. */
  data: 'own' | 'demo';
  same_rules: boolean;
  /** What keeps the new rules from going live, for want of evidence; a candidate need not have any. */
  evidence?: { required: boolean; accepted: { score: string; said: Label }[]; missing: string[] };
  scores: ScoreComparison[];
}

/** A pull request is read, not searched: the rest is in `--json`. */
const moversShown = 20;

const texts = {
  title: (pack: string) =>
    both(`Rules of ${pack}: what would change`, `${pack} のルール変更による影響`),
  seen: ({ old, new: now, date }: RulesDiff) =>
    both(
      `From \`${old}\` to \`${now}\`, as of ${date}.`,
      `\`${old}\` から \`${now}\` へ変更した場合（${date} 時点のデータ）`,
    ),
  demo: both(
    'On the invented customers of the demo: it shows what the rules do, not what your customers do.',
    'デモの架空の顧客による比較です。ルールの動きは分かりますが、実際のお客様への影響ではありません。',
  ),
  evidence: both('Evidence', 'エビデンス'),
  noneRequired: both('The pack requires none.', 'このパックでは不要です。'),
  same: both('Both are the same rules.', 'どちらも同じルールです。'),
  still: both('No account changes its points.', '点数が変わる顧客はありません。'),
  gone: both('This score is gone.', 'このスコアは廃止されます。'),
  added: both('This score is new.', 'このスコアは新設されます。'),
  counts: (accounts: number, changed: number) =>
    both(
      `${changed} of ${accounts} accounts change points.`,
      `${accounts} 社のうち ${changed} 社の点数が変わります。`,
    ),
  up: both('Up', '上昇'),
  down: both('Down', '低下'),
  accounts: both('accounts', '社数'),
  revenue: both('MRR', 'MRR'),
  band: both('band', 'バンド'),
  before: both('before', '変更前'),
  after: both('after', '変更後'),
  from: both('from', '変更前のバンド'),
  to: both('to', '変更後のバンド'),
  account: both('account', '顧客'),
  points: both('points', '点数'),
  because: both('because of', '主な要因'),
  measure: both('measure', '指標'),
  touched: both('accounts it changes', '点数が変わる顧客'),
  mean: both('points on average', '平均の増減'),
  moved: both('bands it decides', 'バンド変更の主因'),
  why: {
    boundary: both(
      'close to a boundary, where the band is kept today',
      '境界付近（現在は前回のバンドを維持）',
    ),
    cap: both('a cap', 'バンドの上限'),
    limits: both('limits of the bands', 'バンドの境界値'),
  },
  kept: (n: number) =>
    both(
      `${n} of them only since bands close to a boundary are kept today; a new version begins without.`,
      `うち ${n} 社は、境界付近で前回のバンドを維持している顧客です（新しい版の初回は維持しません）。`,
    ),
  further: (n: number) =>
    both(
      `${n} further accounts are counted above and not listed.`,
      `このほか ${n} 社は件数にのみ含まれています。`,
    ),
  more: (n: number) => both(`${n} more are in the JSON.`, `ほか ${n} 社は JSON で確認できます。`),
};

const words = { en: inLanguage(texts, 'en'), ja: inLanguage(texts, 'ja') };

type Cell = string | number | null;

interface Section {
  heading: string;
  lines: string[];
  tables: { head: string[]; rows: Cell[][] }[];
}

function signed(hundredths: number): string {
  const points = pointsOf(Math.abs(hundredths));
  return hundredths < 0 ? `−${points}` : `+${points}`;
}

const money = (amount: number | null): Cell => (amount === null ? null : Math.round(amount));
const shown = (points: number | null): string => (points === null ? '–' : String(pointsOf(points)));

export function causeText({ why, causes }: Pick<Mover, 'why' | 'causes'>, lang: Lang): string {
  const said = why === 'measures' ? [] : [words[lang].why[why]];
  const shown = why === 'boundary' ? [] : causes.slice(0, 3);
  return [...said, ...shown.map(({ label, delta }) => `${label[lang]} ${signed(delta)}`)].join(
    ', ',
  );
}

function sectionOf(comparison: ScoreComparison, lang: Lang): Section {
  const text = words[lang];
  const { label, exists, accounts, changed, up, down, bands, movements, movers } = comparison;
  const heading = label[lang];
  if (exists !== 'both') {
    return { heading, lines: [exists === 'old' ? text.gone : text.added], tables: [] };
  }
  if (changed === 0 && movers.length === 0) return { heading, lines: [text.still], tables: [] };
  const name = (id: string | null) => bands.find((b) => b.id === id)?.label[lang] ?? id;
  const withMoney = movers.some(({ revenue }) => revenue !== null);
  const moneyHead = withMoney ? [text.revenue] : [];
  const moneyCell = (amount: number | null): Cell[] => (withMoney ? [money(amount)] : []);
  const effects = comparison.measures.slice(0, 10);
  return {
    heading,
    lines: [
      text.counts(accounts, changed),
      ...(comparison.boundary > 0 ? [text.kept(comparison.boundary)] : []),
    ],
    tables: [
      {
        head: ['', text.accounts, ...moneyHead],
        rows: [
          [text.up, up.accounts, ...moneyCell(up.revenue)],
          [text.down, down.accounts, ...moneyCell(down.revenue)],
        ],
      },
      {
        head: [text.band, text.before, text.after],
        rows: bands.map((b): Cell[] => [b.label[lang], b.before, b.after]),
      },
      {
        head: [text.from, text.to, text.accounts, ...moneyHead],
        rows: movements.map((m): Cell[] => [
          name(m.from),
          name(m.to),
          m.accounts,
          ...moneyCell(m.revenue),
        ]),
      },
      {
        head: [text.measure, text.touched, text.mean, text.moved],
        rows: effects.map((effect) => effectRow(effect, lang)),
      },
      {
        head: [text.account, ...moneyHead, text.from, text.to, text.points, text.because],
        rows: movers
          .slice(0, moversShown)
          .map((mover): Cell[] => [
            mover.account,
            ...moneyCell(mover.revenue),
            name(mover.from),
            name(mover.to),
            `${shown(mover.from_points)} → ${shown(mover.to_points)}`,
            causeText(mover, lang),
          ]),
      },
    ].filter(({ rows }) => rows.length > 0),
  };
}

function effectRow({ label, accounts, mean, moved }: MeasureEffect, lang: Lang): Cell[] {
  return [label[lang], accounts, signed(mean), moved];
}

function closing({ movers, movements }: ScoreComparison, lang: Lang): string[] {
  const text = words[lang];
  const rest = movers.length - moversShown;
  const unlisted = movements.reduce((sum, { accounts }) => sum + accounts, 0) - movers.length;
  return [
    ...(rest > 0 ? [text.more(rest)] : []),
    ...(unlisted > 0 ? [text.further(unlisted)] : []),
  ];
}

/** What was accepted of the new rules, and what is missing before they may go live. */
function evidenceLines(evidence: NonNullable<RulesDiff['evidence']>, lang: Lang): string[] {
  const { required, accepted, missing } = evidence;
  const said = accepted.map((one) => `${one.score}: ${one.said[lang]}`);
  const found = [...missing, ...said];
  return found.length > 0 || required ? found : [words[lang].noneRequired];
}

export function diffText(diff: RulesDiff, lang: Lang): string {
  const text = words[lang];
  const lines = [colour.bold(text.title(diff.pack)), text.seen(diff).replaceAll('`', '')];
  if (diff.data === 'demo') lines.push(colour.dim(text.demo));
  if (diff.same_rules) return [...lines, text.same].join('\n');
  for (const comparison of diff.scores) {
    const { heading, lines: said, tables } = sectionOf(comparison, lang);
    lines.push('', colour.bold(heading), ...said);
    for (const { head, rows } of tables) lines.push('', table(head, rows));
    lines.push(...closing(comparison, lang));
  }
  if (diff.evidence) {
    lines.push('', colour.bold(text.evidence), ...evidenceLines(diff.evidence, lang));
  }
  return lines.join('\n');
}

/** GitHub's Markdown; names that people chose cannot break out of their cell. */
export function diffMarkdown(diff: RulesDiff, lang: Lang): string {
  const text = words[lang];
  const lines = [`## ${text.title(diff.pack)}`, '', text.seen(diff)];
  if (diff.data === 'demo') lines.push('', `> ${text.demo}`);
  if (diff.same_rules) return [...lines, '', text.same].join('\n');
  for (const comparison of diff.scores) {
    const { heading, lines: said, tables } = sectionOf(comparison, lang);
    lines.push('', `### ${cell(heading)}`, '', ...said);
    for (const { head, rows } of tables) {
      lines.push('', row(head), row(head.map(() => '---')), ...rows.map(row));
    }
    lines.push('', ...closing(comparison, lang));
  }
  if (diff.evidence) {
    const said = evidenceLines(diff.evidence, lang).map((line) => `- ${cell(line)}`);
    lines.push('', `### ${text.evidence}`, '', ...said);
  }
  return lines.join('\n').trimEnd();
}

function row(cells: readonly Cell[]): string {
  return `| ${cells.map(cell).join(' | ')} |`;
}

function cell(value: Cell): string {
  return String(value ?? '–')
    .replaceAll(/[\r\n]+/g, ' ')
    .replaceAll(/[\\`*_{}[\]<>|#!@]/g, (found) => (found === '@' ? '&#64;' : `\\${found}`));
}
