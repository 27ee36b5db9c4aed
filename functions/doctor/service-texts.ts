/** What the checks of Salesforce and Slack say, in the languages of those who read it. */
import type { CustomField } from '../salesforce/custom-fields.ts';
import type { Label } from '../scorecard/language/pack/catalogue.ts';
import { both, plain } from '../scorecard/meaning/texts.ts';
import { trouble } from './texts.ts';

export const slack = {
  works: (workspace: string) => both(`It opens ${workspace}.`, `${workspace} に接続できます。`),
  noToken: trouble(
    both(
      'There is none, although signals go to Slack.',
      'シグナルの通知先に Slack がありますが、トークンがありません。',
    ),
    both(
      "Set KENKO_SLACK_TOKEN to the bot's token; terraform/README.md shows where it is stored.",
      'KENKO_SLACK_TOKEN にボットのトークンを設定してください。保存先は terraform/README.md にあります。',
    ),
  ),
  refused: (said: string) =>
    trouble(
      both(`Slack refuses it: ${said}`, `Slack に拒否されました（${said}）`),
      both(
        'Install the app in the workspace again and store the new token.',
        'ワークスペースにアプリを再インストールし、新しいトークンを保存してください。',
      ),
    ),
};

const kinds: Record<CustomField['type'], Label> = {
  text: both('Text', 'テキスト'),
  'long-text': both('Long Text Area', 'ロングテキストエリア'),
  number: both('Number', '数値'),
  checkbox: both('Checkbox', 'チェックボックス'),
  date: both('Date', '日付'),
  lookup: both('Lookup(Account)', '参照関係（取引先）'),
};

export const salesforce = {
  field: (object: string, name: string) => plain(`${object}.${name}`),
  loggedIn: (object: string) =>
    both(`It works; ${object} is there.`, `成功。${object} もあります。`),
  refused: (said: string) =>
    trouble(
      both(said, `拒否されました（${said}）`),
      both(
        "Check the app's approval for Kenko's user, the consumer key, and the secret or the certificate's end.",
        'アプリの事前承認、コンシューマー鍵、シークレットまたは証明書の期限を確認してください。',
      ),
    ),
  noObject: (object: string) =>
    trouble(
      both(`There is no object ${object}.`, `オブジェクト ${object} がありません。`),
      both(
        `Correct object in salesforce.yaml, or give Kenko's user access to ${object}.`,
        `salesforce.yaml の object を直すか、Kenko のユーザーに ${object} の権限を付けてください。`,
      ),
    ),
  noField: (field: CustomField) =>
    trouble(
      both(
        `It is not there, or Kenko's user cannot see it.`,
        '存在しないか、Kenko のユーザーから見えません。',
      ),
      both(
        `Make it in Setup as ${kinds[field.type].en}${sizeOf(field)}, and let Kenko's user see it.`,
        `設定で${kinds[field.type].ja}${sizeOf(field)}として作成し、Kenko のユーザーに参照を許可してください。`,
      ),
    ),
  wrongType: (found: string, field: CustomField) =>
    trouble(
      both(
        `It is of type ${found}, which cannot hold what is written there.`,
        `型が ${found} なので、書き込む値を保持できません。`,
      ),
      both(
        `Make it ${kinds[field.type].en}${sizeOf(field)}.`,
        `${kinds[field.type].ja}${sizeOf(field)}にしてください。`,
      ),
    ),
  tooShort: (length: number, wanted: number) =>
    trouble(
      both(
        `It takes ${length} characters; what is written may have ${wanted}, and a longer text is refused.`,
        `${length} 文字までしか入りません。最大 ${wanted} 文字を書き込むため、長い値は拒否されます。`,
      ),
      both(`Give it ${wanted} characters.`, `${wanted} 文字にしてください。`),
    ),
  tooShortFor: (length: number, text: string) =>
    trouble(
      both(
        `It takes ${length} characters, so "${text}" (${text.length}) is refused.`,
        `${length} 文字までしか入らないため、「${text}」（${text.length} 文字）は拒否されます。`,
      ),
      both(
        `Give it ${text.length} characters, or shorten the label.`,
        `${text.length} 文字以上にするか、ラベルを短くしてください。`,
      ),
    ),
  missingChoices: (texts: readonly string[]) =>
    trouble(
      both(
        `It is a restricted picklist without ${quotedList(texts, '"', '"', ', ')}: accounts that are to show ${texts.length === 1 ? 'it' : 'one of them'} are refused.`,
        `制限付き選択リストに${quotedList(texts, '「', '」', '')}がないため、その値になる顧客は書き込みを拒否されます。`,
      ),
      both(
        `Add ${texts.length === 1 ? 'the value' : 'these values'} to the picklist, or do not restrict it.`,
        '選択リストに値を追加するか、値の制限を外してください。',
      ),
    ),
  fixedChoices: (count: number) =>
    trouble(
      both(
        `It is a restricted picklist of ${count} values, and the data decide what is written: any other value is refused.`,
        `${count} 個の値だけを許す制限付き選択リストです。書き込む値はデータによるため、リストにない値は拒否されます。`,
      ),
      both(
        'Make it Text(255), or do not restrict the picklist.',
        'テキスト(255) にするか、値の制限を外してください。',
      ),
    ),
  singleChoice: trouble(
    both(
      'It is a picklist of one value, but an account may be on several lists at once.',
      '1 つの値しか選べない選択リストですが、1 社が複数のリストに載ることがあります。',
    ),
    both(
      'Make it Text(255), or a multi-select picklist.',
      'テキスト(255) か、複数選択の選択リストにしてください。',
    ),
  ),
  tooSmall: (largest: string, most: number) =>
    trouble(
      both(
        `It takes numbers up to ${largest}, but what is written goes up to ${most}: larger ones are refused.`,
        `${largest} までしか入りませんが、最大 ${most} を書き込むため、大きい値は拒否されます。`,
      ),
      both(
        `Give it at least ${String(Math.trunc(most)).length} digits before the decimal point.`,
        `小数点の左を ${String(Math.trunc(most)).length} 桁以上にしてください。`,
      ),
    ),
  tooCoarse: (scale: number) =>
    trouble(
      both(
        `It keeps ${scale} decimal places, so it would always differ from what was written.`,
        `小数点以下が ${scale} 桁しかないため、書き込んだ値と常に食い違います。`,
      ),
      both('Give it at least 2 decimal places.', '小数点以下を 2 桁以上にしてください。'),
    ),
  readOnly: trouble(
    both("Kenko's user may not write it.", 'Kenko のユーザーが書き込めません。'),
    both(
      "Give edit access to the field in the permission set of Kenko's user.",
      'Kenko の権限セットで、この項目の編集を許可してください。',
    ),
  ),
  cannotMake: (object: string) =>
    trouble(
      both(
        `Kenko's user may not make records of ${object}, so accounts without one are refused.`,
        `Kenko のユーザーが ${object} のレコードを作成できないため、レコードのない顧客は書き込みを拒否されます。`,
      ),
      both(
        `Give Create and Edit on ${object} in the permission set of Kenko's user.`,
        `Kenko の権限セットで ${object} の「作成」と「編集」を許可してください。`,
      ),
    ),
  severalBelow: trouble(
    both(
      'It is not Unique, so that two records below one Account would carry one key.',
      '「ユニーク」でないため、同じキーのレコードが複数できるおそれがあります。',
    ),
    both('Make it Unique in Setup.', '設定で「ユニーク」にしてください。'),
  ),
  fixedLookup: trouble(
    both(
      "Kenko's user may not change it, so a record that was moved, or whose Account was merged, cannot be put back.",
      'Kenko のユーザーが変更できないため、移動されたレコードや、取引先がマージされたレコードを元に戻せません。',
    ),
    both(
      'Make it a Lookup, or a Master-Detail that allows reparenting, and give edit access to it.',
      '参照関係にするか、主従関係の「親の変更を許可」を有効にし、項目の編集を許可してください。',
    ),
  ),
  noTasks: trouble(
    both(
      "Kenko's user sees no tasks, so signals cannot make any.",
      'Kenko のユーザーから ToDo が見えないため、シグナルから ToDo を作成できません。',
    ),
    both(
      "Give Kenko's user the permission Edit Tasks.",
      'Kenko のユーザーに「ToDo の編集」権限を付けてください。',
    ),
  ),
  notCreateable: (fields: readonly string[]) =>
    trouble(
      both(
        `Kenko's user may not write ${fields.join(', ')} of a new task, so signals cannot make any.`,
        `Kenko のユーザーが新しい ToDo の ${fields.join('、')} に書き込めないため、シグナルから ToDo を作成できません。`,
      ),
      both(
        "Give Kenko's user the permission Edit Tasks, and edit access to these fields.",
        'Kenko のユーザーに「ToDo の編集」権限と、これらの項目の編集権限を付けてください。',
      ),
    ),
  notExternalId: trouble(
    both(
      'It is no External ID, so finding records by it is slow or refused.',
      '外部 ID ではないため、レコードの検索が遅いか拒否されます。',
    ),
    both('Tick External ID in its definition.', '項目定義で「外部 ID」を有効にしてください。'),
  ),
  notCaseSensitive: trouble(
    both(
      'It takes "ABC" and "abc" for one value, but these are two account ids to Kenko: only one of them can have a record.',
      '「ABC」と「abc」を同じ値とみなします。Kenko では別の顧客 ID なので、片方しかレコードを持てません。',
    ),
    both(
      'Choose "case sensitive" under Unique in its definition.',
      '項目定義の「ユニーク」で「大文字と小文字を区別する」を選んでください。',
    ),
  ),
  notUnique: trouble(
    both(
      'It is not Unique: an account with two records gets no scores.',
      '「ユニーク」ではありません。レコードが 2 件ある顧客にはスコアが書き込まれません。',
    ),
    both('Tick Unique in its definition.', '項目定義で「ユニーク」を有効にしてください。'),
  ),
  calls: (used: number, limit: number) =>
    both(`${used} of ${limit} are used.`, `${limit} 回のうち ${used} 回を使用済みです。`),
  fewCalls: (used: number, limit: number) =>
    trouble(
      both(
        `${used} of ${limit} calls of the day are used; from 80 % on, Kenko leaves the rest to others.`,
        `1 日の上限 ${limit} 回のうち ${used} 回を使用済みです。80 % を超えると Kenko は書き込みを待ちます。`,
      ),
      both(
        'Setup, System Overview says who uses them; what waits is sent as calls come free.',
        '設定の「システムの概要」で利用元を確認してください。待機中の更新は、空きが出ると送られます。',
      ),
    ),
};

export const sync = {
  noneParked: both('None is refused.', '反映できない顧客はありません。'),
  parked: (count: number, examples: readonly { account: string; why: string; since: string }[]) => {
    const shown = (word: string) =>
      examples.map(({ account, why, since }) => `${account} (${why}, ${word}${since})`);
    const more = count > examples.length ? [`... (${count})`] : [];
    return trouble(
      both(
        `${count} ${count === 1 ? 'account is' : 'accounts are'} refused: ${[...shown('since '), ...more].join('; ')}`,
        `${count} 件を反映できません: ${[...shown(''), ...more].join('、')}`,
      ),
      both(
        'Mend what it names in Salesforce, or in salesforce.yaml; then `kenko sync retry` writes them at once, and every night does. `kenko sync parked` lists all of them.',
        'Salesforce または salesforce.yaml の該当箇所を直してください。`kenko sync retry` ですぐに、または毎晩自動で再送されます。一覧は `kenko sync parked` で確認できます。',
      ),
    );
  },
};

/** At most three, and how many more. */
function quotedList(texts: readonly string[], open: string, close: string, comma: string): string {
  const shown = texts.slice(0, 3).map((text) => `${open}${text}${close}`);
  return [...shown, ...(texts.length > 3 ? [`... (${texts.length})`] : [])].join(comma);
}

function sizeOf({ type, length, precision, scale }: CustomField): string {
  if (type === 'text' || type === 'long-text') return `(${length})`;
  return type === 'number' ? `(${(precision ?? 18) - (scale ?? 0)}, ${scale ?? 0})` : '';
}
