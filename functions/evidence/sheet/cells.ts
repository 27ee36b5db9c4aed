/** What a cell of a sheet says, as people write it in English and Japanese. */

export const isNumber = (cell: string): boolean =>
  /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell);

/** How a cell says that nothing is known. */
export const isPlaceholder = (cell: string): boolean =>
  /^(#?n\/?a|nan|null|nil|none|unknown|missing|#(n\/a|ref!|value!|div\/0!)|\?+|\.|[-–—―ー]+|なし|不明|未定|未回答)$/i.test(
    cell,
  );

const amount = /^[△▲−+-]?[¥$€£]? ?(\d{1,3}(,\d{3})+|\d+)(\.\d+)? ?円?$/;
const share = /^[△▲−+-]?\d+(\.\d+)? ?%$/;

/**
 * The number that a cell says, as files are read everywhere: `￥１，０００` is 1000, `△5` is -5, `12%`
 * is 0.12. Undefined where it says none.
 */
export function numberIn(cell: string): number | undefined {
  const text = cell.normalize('NFKC').trim();
  if (isNumber(text)) return Number(text);
  const positive = /^\((.+)\)$/.exec(text)?.[1];
  const plain = (positive ?? text).replace(/^[△▲−]/, '-').replaceAll(/[,\s¥$€£%円]/g, '');
  const sign = positive === undefined ? 1 : -1;
  if (amount.test(positive ?? text)) return sign * Number(plain);
  // Not divided: 12.5 / 100 is not what 0.125 is written as.
  return share.test(text) ? Number(`${plain}e-2`) : undefined;
}

/** `2026-03-31`, `2026/3/31`, `2026年3月31日`, with or without a time, as days since 1970. */
export function dayOf(cell: string): number | undefined {
  const [, year = '', month = '', day = ''] =
    /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?([T ].*)?$/.exec(cell.normalize('NFKC')) ?? [];
  const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const at = Date.parse(`${text}T00:00:00Z`);
  // 31 February would be a day in March.
  return Number.isNaN(at) || !new Date(at).toISOString().startsWith(text)
    ? undefined
    : at / 86_400_000;
}

export const isDate = (cell: string): boolean => dayOf(cell) !== undefined;

const yes = /^(true|yes|y|はい|有|有り|あり|○|〇|済)$/i;
const no = /^(false|no|n|いいえ|無|無し|なし|×|✕|未)$/i;
export const isBool = (cell: string): boolean => yes.test(cell) || no.test(cell);
export const isYes = (cell: string): boolean => yes.test(cell);

export const isTotal = (cell: string): boolean =>
  /^(合計|総計|小計|計|(grand )?total|sum)$/i.test(cell);

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

/** What is written when an account leaves. */
export const namesEnd = (name: string): boolean =>
  /^(is|has)?[_ ]?(churn|churned|exited|attrition|attrited|cancell?ed)([_ ]?(flag|status|label|value))?$|^(解約|退会|離反)(済み?|フラグ|有無|区分)?$/i.test(
    name,
  );
