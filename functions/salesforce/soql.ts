/** Queries for records by many values of one field, each short enough for a URI. */

/** Salesforce answers 414 above 16,384 bytes of URI and headers; 4 KB are left to the rest. */
const longestQuery = 12_000;
/** SOQL's own limit of a string in a condition. */
const longestValue = 4_000;

/** A text as SOQL writes it, with its quotes. */
export function soqlText(value: string): string {
  const escaped = value
    .replace(/[\\']/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replaceAll('\b', '\\b')
    .replaceAll('\f', '\\f');
  return `'${escaped}'`;
}

/**
 * `SELECT <fields> FROM <object> WHERE <field> IN (...)`, as often as all values need.
 * Values that no field can hold are left out: above 4,000 characters, or no valid Unicode.
 */
export function inQueries(query: {
  fields: readonly string[];
  object: string;
  field: string;
  values: readonly string[];
}): string[] {
  const head = `SELECT ${query.fields.join(', ')} FROM ${query.object} WHERE ${query.field} IN (`;
  const room = longestQuery - encodeURIComponent(`${head})`).length;
  const queries: string[] = [];
  let values: string[] = [];
  let length = 0;
  const finish = () => {
    if (values.length > 0) queries.push(`${head}${values.join(',')})`);
    values = [];
    length = 0;
  };
  for (const value of new Set(query.values)) {
    if (!value.isWellFormed() || value === '') continue;
    const text = soqlText(value);
    const size = encodeURIComponent(`${text},`).length;
    if (text.length > longestValue || size > room) continue;
    if (length + size > room) finish();
    values.push(text);
    length += size;
  }
  finish();
  return queries;
}
