/**
 * Ids of a table that are in no row of accounts, and almost are: another case or width, zeros in
 * front, blanks or signs without width inside, or a number as a spreadsheet shows it. GoogleSQL.
 */
import { textLiteral } from '../ports/googlesql-text.ts';
import { blanks } from './source-types.ts';

/** What ids are written with, and the same in full width; blanks are left out. */
const ascii = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_./:#'];
const fullWidth = ascii.map((sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));

/** Ids that people take for the same have one of these. */
export const normalId = (id: string): string =>
  `REGEXP_REPLACE(LOWER(TRANSLATE(${id}, ${textLiteral(fullWidth.join('') + blanks)}, ${textLiteral(ascii.join(''))})), r'(^|[^0-9])0+([0-9])', r'\\1\\2')`;

/** 1.23E+11, as Excel shows a number of twelve digits: three of them are left. */
const isShortened = (id: string): string =>
  `REGEXP_CONTAINS(${id}, r'^[0-9][.][0-9]{2}[eE][+][0-9]{2}$')`;
const shortened = (id: string): string =>
  `CONCAT('e', SUBSTR(${id}, 1, 1), SUBSTR(${id}, 3, 2), '+', SUBSTR(${id}, 7, 2))`;
const shortenedNumber = (id: string): string =>
  `CONCAT('e', CAST(DIV(SAFE_CAST(SUBSTR(${id}, 1, 4) AS INT64) + 5, 10) AS STRING), '+', CAST(LENGTH(${id}) - 1 AS STRING))`;

/**
 * One row: ids in `lost` that almost are in `accounts`, their rows, and a pair as an example.
 * @param known query of the table's rows, with account_id
 * @param accounts query of the accounts
 */
export function nearIdsQuery(known: string, accounts: string): string {
  return `WITH present AS (SELECT DISTINCT account_id FROM (${accounts}) AS valid),
lost AS (
  SELECT known.account_id AS given, COUNT(*) AS row_count
  FROM (${known}) AS known LEFT JOIN present ON present.account_id = known.account_id
  WHERE present.account_id IS NULL
  GROUP BY given
),
keys AS (
  SELECT account_id, ${normalId('account_id')} AS id_key FROM present
  UNION ALL
  SELECT account_id, ${shortenedNumber('account_id')} AS id_key FROM present WHERE REGEXP_CONTAINS(account_id, r'^[0-9]{12,}$')
),
pairs AS (
  SELECT lost.given AS given, lost.row_count AS row_count, MIN(keys.account_id) AS account_id
  FROM (SELECT given, row_count, CASE WHEN ${isShortened('given')} THEN ${shortened('given')} ELSE ${normalId('given')} END AS id_key FROM lost) AS lost
  JOIN keys ON keys.id_key = lost.id_key
  GROUP BY lost.given, lost.row_count
)
SELECT COUNT(*) AS ids, SUM(row_count) AS row_count, MIN(given) AS given, MIN(CASE WHEN nth = 1 THEN account_id END) AS account_id
FROM (SELECT given, row_count, account_id, ROW_NUMBER() OVER (ORDER BY given) AS nth FROM pairs) AS numbered`;
}
