/** Ids and labels of metrics by the names of a sheet's columns. */
import type { Label } from '../../scorecard/language/pack/catalogue.ts';

/** What Japanese sheets often have, in English: ids and labels then say what they are. */
const englishNames: Record<string, string> = {
  アクティブユーザー数: 'active users',
  エラー件数: 'errors',
  ライセンス数: 'licences',
  ログイン回数: 'logins',
  ログイン日数: 'login days',
  ログイン率: 'login rate',
  ユーザー数: 'users',
  契約日: 'contract date',
  契約開始日: 'contract start',
  登録日: 'registration',
  導入日: 'introduction',
  問い合わせ件数: 'inquiries',
  問合せ件数: 'inquiries',
  最終ログイン: 'last login',
  最終ログイン日: 'last login',
  最終利用日: 'last use',
  最終購入日: 'last purchase',
  最終接触日: 'last contact',
  購入回数: 'purchases',
  購入金額: 'purchase amount',
  売上: 'sales',
  席数: 'seats',
  未払額: 'unpaid amount',
  滞納額: 'overdue amount',
  利用回数: 'uses',
  利用時間: 'time of use',
  利用人数: 'users',
  利用者数: 'users',
  利用日数: 'days of use',
  利用率: 'utilisation',
};

export const inEnglish = (column: string): string => englishNames[column] ?? column;

export const isAscii = (text: string): boolean => /^[\x20-\x7e]+$/.test(text);

/** Metric ids by column: the column's name as far as it can be one and is free. */
export function metricIds(
  columns: readonly string[],
  shared: Iterable<string>,
): Map<string, string> {
  const ids = new Map<string, string>();
  const taken = new Set(['present', 'merged_into', 'fault', 'account_id', 'mart_date', ...shared]);
  for (const [i, column] of columns.entries()) {
    const english = inEnglish(column);
    const plain = english
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '_')
      .replaceAll(/^_+|_+$/g, '')
      .slice(0, 50);
    const usable = /^[a-z]/.test(plain) && !/^(account|before|trend)_/.test(plain);
    const other = isAscii(english) ? `sheet_${plain}` : `column_${i + 1}`;
    let id = usable && !taken.has(plain) ? plain : other;
    while (taken.has(id)) id = `${id}_${i + 1}`;
    taken.add(id);
    ids.set(column, id);
  }
  return ids;
}

/** Both languages; what the sheet has in one only is to be translated by a person. */
export function labelOf(column: string, id: string): Label {
  const plain = column.replaceAll('_', ' ');
  if (isAscii(column)) return { en: plain, ja: `${plain}（列の値）` };
  const known = englishNames[column];
  return { en: known ? capitalised(known) : `Sheet ${id.replaceAll('_', ' ')}`, ja: column };
}

const capitalised = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

export function daysSinceLabel(column: string, id: string): Label {
  const english = inEnglish(column).replaceAll('_', ' ');
  const from = isAscii(english) ? english : `sheet ${id.replaceAll('_', ' ')}`;
  return { en: `Days since ${from}`, ja: `${column.replaceAll('_', ' ')}からの日数` };
}
