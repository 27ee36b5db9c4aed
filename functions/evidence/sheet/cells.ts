/**
 * What a cell says, as people write it in English and Japanese. Files are read by the same patterns in
 * DuckDB (`own-data/cells.ts`): what this file takes for a number, `own-data` stores as that number.
 */
import { dayMs } from '../../calendar.ts';

/**
 * How things are written, as patterns of a whole cell in lower case that JavaScript and RE2 understand
 * alike. A cell is made plain before it is held against one.
 */
export const written = {
  number: '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)(e[+-]?[0-9]+)?',
  /** As accounts departments write it: ¥12,000, $1,200.50, 12,000円, △500; in brackets, (500), too. */
  amount: '[△▲+-]?[¥$€£]? ?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)([.][0-9]+)? ?円?',
  share: '[△▲+-]?[0-9]+([.][0-9]+)? ?%',
  /** Its parts are year, month and day: with hyphens, as Excel writes it (2024/3/31), 2024年3月31日. */
  day: '([0-9]{4})[-/.年] ?([0-9]{1,2})[-/.月] ?([0-9]{1,2})日?',
  yes: 'true|t|yes|y|はい|有|有り|あり|○|〇|済',
  no: 'false|f|no|n|いいえ|無|無し|なし|×|✕|未',
  /** Nothing is known. */
  nothing:
    '#?n/?a|nan|null|nil|none|unknown|missing|#(n/a|ref!|value!|div/0!)|[?]+|[.]|[-–—―ー]+|なし|不明|未定|未回答',
  /** What a line below or between the accounts begins with. */
  total: '合計|総計|小計|計|((grand|sub) ?)?total|sum',
} as const;

/** Signs as a Japanese keyboard writes them, and the plain ones that they mean, in the same order. */
export const signs = {
  wide: '０１２３４５６７８９，．－＋−￥＄￡％／：（）　',
  plain: '0123456789,.-+-¥$£%/:() ',
};

const plainSigns = new Map([...signs.wide].map((sign, i) => [sign, signs.plain[i] ?? sign]));
const wideSigns = new RegExp(`[${signs.wide}]`, 'g');

const plainText = (cell: string): string =>
  cell.replaceAll(wideSigns, (sign) => plainSigns.get(sign) ?? sign).trim();

const pattern = (what: keyof typeof written): RegExp => new RegExp(`^(${written[what]})$`, 'i');

function says(what: keyof typeof written): (cell: string) => boolean {
  const expected = pattern(what);
  return (cell) => expected.test(plainText(cell));
}

export const isNumber = says('number');
export const isPlaceholder = says('nothing');
export const isTotal = says('total');
export const isYes = says('yes');
const isNo = says('no');
export const isBool = (cell: string): boolean => isYes(cell) || isNo(cell);

/**
 * The cells of a column, empty where they say that nothing is known. Beside yes, "なし" says no.
 */
export function withoutPlaceholders(cells: readonly string[]): readonly string[] {
  const yesOrNo =
    cells.some(isYes) && cells.every((cell) => cell === '' || isBool(cell) || isPlaceholder(cell));
  return cells.map((cell) => (isPlaceholder(cell) && !(yesOrNo && isBool(cell)) ? '' : cell));
}

const number = pattern('number');
const amount = pattern('amount');
const share = pattern('share');

/**
 * The number that a cell says: `￥１，０００` is 1000, `△5` is -5, `12%` is 0.12. Undefined where it says
 * none, or one too large to be held.
 */
export function numberIn(cell: string): number | undefined {
  const value = Number(digitsOf(plainText(cell)));
  return Number.isFinite(value) ? value : undefined;
}

/** A number as JavaScript writes it; NaN where a plain text is none. */
function digitsOf(text: string): string {
  if (number.test(text)) return text;
  const digits = text.replace(/^[△▲(]/, '-').replaceAll(/[,¥$€£円)% ]/g, '');
  if (amount.test(/^\((.+)\)$/.exec(text)?.[1] ?? text)) return digits;
  // Not divided: 1.1 / 100 is not what 0.011 is written as.
  return share.test(text) ? `${digits}e-2` : 'NaN';
}

const day = new RegExp(`^${written.day}$`);
const dayAndTime = new RegExp(`^${written.day}([T ].*)?$`);

/** The day of a cell, with or without a time, as days since 1970; undefined where it names none. */
export function dayOf(cell: string): number | undefined {
  const [, year = '', month = '', date = ''] = dayAndTime.exec(plainText(cell)) ?? [];
  const text = `${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`;
  const at = Date.parse(`${text}T00:00:00Z`);
  // 31 February would be a day in March.
  return Number.isNaN(at) || !new Date(at).toISOString().startsWith(text) ? undefined : at / dayMs;
}

/** Whether a cell is a day, with or without a time. */
export const isDate = (cell: string): boolean => dayOf(cell) !== undefined;

/** Whether a cell is a day alone. */
export const isDay = (cell: string): boolean => day.test(plainText(cell)) && isDate(cell);

/** A name that only an id has. */
export const namesId = (name: string): boolean =>
  /(^|[^a-z])id$|(顧客|会員|契約|企業|取引先)(コード|番号)$|(account|customer|client|user|member)[_ ]?(no|code|number|key)$/i.test(
    name,
  );

export const namesAccount = (name: string): boolean =>
  /(^|[_ ])id$|account|customer|company|client|顧客|会社|企業|取引先|アカウント/i.test(name);

/** What people are rather than what they do: scored only where somebody asks for it. */
export const namesPerson = (name: string): boolean =>
  /(^|[^a-z])(sex|gender|age|age[_ ]?(group|band|range)|birth\w*|dob|race|ethnic\w*|religion|nationality|marital\w*|senior[_ ]?citizen)([^a-z]|$)|性別|年齢|年代|生年月日|国籍|人種|宗教|婚姻/i.test(
    name.replaceAll(/([a-z])([A-Z])/g, '$1_$2'),
  );

/** A name that a column of days has. */
export const namesDay = (name: string): boolean =>
  /(^|[_ ])(date|day|on|at)$|[a-z](Date|Day|On|At)$|日$|日付|日時|最終(ログイン|利用|購入|接触)$/.test(
    name,
  );

/** The day of leaving: written when it ended, or was given notice of. */
export const namesEndDay = (name: string): boolean =>
  /churn|cancel|terminat|exit|attrit|left|解約|退会|離反|終了|満了/i.test(name);

/** What is written when an account leaves. */
export const namesEnd = (name: string): boolean =>
  /^(is|has)?[_ ]?(churn|churned|exited|attrition|attrited|cancell?ed)([_ ]?(flag|status|label|value))?$|^(解約|退会|離反)(済み?|フラグ|有無|区分)?$/i.test(
    name,
  );
