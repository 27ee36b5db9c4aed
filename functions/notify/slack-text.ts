import { oneLine } from '../safe-text.ts';

/** Slack has no sign that takes the meaning from another one; these look alike and mean nothing. */
const lookAlikes: Record<string, string> = { '*': '∗', '~': '∼', '`': 'ˋ', _: '＿' };

/**
 * A text as part of a line in Slack's own markup: it is shown as it is, and formats, links and mentions
 * nothing. Within a word, an underscore formats nothing either, and stays: ids and addresses can be copied.
 * https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
export function escaped(text: string): string {
  return oneLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[*~`]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, (sign) => lookAlikes[sign] ?? sign);
}
