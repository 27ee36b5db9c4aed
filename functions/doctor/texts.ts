/** What the checks say, in the languages of those who read it; of Salesforce and Slack: service-texts.ts. */
import { whatToDoAboutAgeing } from '../evidence/ageing-text.ts';
import type { Label } from '../scorecard/language/pack/catalogue.ts';
import { both } from '../scorecard/meaning/texts.ts';
import type { Trouble } from './report.ts';

/** Names of the checks. */
export const titles = {
  rules: both('rules', 'ルール'),
  configuration: both('environment variables', '環境変数'),
  'api-configuration': both('access to the API', 'API へのアクセス'),
  'salesforce-configuration': both(
    'environment variables for Salesforce',
    'Salesforce 用の環境変数',
  ),
  'salesforce-key': both('private key for Salesforce', 'Salesforce 用の秘密鍵'),
  'google-credentials': both('Google credentials', 'Google の認証情報'),
  sources: both('source tables', 'ソーステーブル'),
  freshness: both('freshness of the source tables', 'ソーステーブルの鮮度'),
  'own-tables': both("Kenko's own tables", 'Kenko のテーブル'),
  documents: both('documents', 'ドキュメント'),
  indexes: both('indexes of the documents', 'ドキュメントのインデックス'),
  queues: both('topics and subscriptions', 'トピックとサブスクリプション'),
  'last-run': both('last run', '直近の実行'),
  ageing: both('age of the scorecards', 'スコアカードの鮮度'),
  'salesforce-login': both('login to Salesforce', 'Salesforce へのログイン'),
  'salesforce-fields': both('fields in Salesforce', 'Salesforce の項目'),
  'salesforce-calls': both('API calls of Salesforce', 'Salesforce の API コール'),
  'salesforce-parked': both('accounts that Salesforce refuses', 'Salesforce へ反映できない顧客'),
  'slack-token': both('token for Slack', 'Slack のトークン'),
  clock: both('clock of this machine', 'このマシンの時計'),
} as const satisfies Record<string, Label>;
export type CheckId = keyof typeof titles;

export const trouble = (said: Label, advice: Label): Trouble => ({ said, advice });

export const reasons = {
  after: (title: Label) =>
    both(`because of what is wrong with ${title.en}.`, `先に「${title.ja}」を直してください。`),
  noApi: both(
    'because no KENKO_API_ variable is given; take those of the function api too, as terraform/README.md shows.',
    'KENKO_API_ で始まる環境変数がありません。terraform/README.md の手順で、関数 api の環境変数も取得してください。',
  ),
  noSalesforce: both(
    'because no Salesforce is set up for this deployment.',
    'このデプロイには Salesforce の設定がありません。',
  ),
  noMapping: both(
    'because the pack has no salesforce.yaml.',
    'パックに salesforce.yaml がありません。',
  ),
  noCalls: both(
    'because Salesforce did not say how many calls are used.',
    'Salesforce から使用済みコール数の通知がありません。',
  ),
};

/** A check that did not come to its end. */
export const failures = {
  unauthorized: (said: string) =>
    trouble(
      both(`Access is refused: ${said}`, `アクセスが拒否されました: ${said}`),
      both(
        'Check who you are logged in as, and what that account may do.',
        'ログインしているアカウントと、その権限を確認してください。',
      ),
    ),
  passing: (said: string) =>
    trouble(
      both(`There is no answer: ${said}`, `応答がありません: ${said}`),
      both(
        'Try again in a moment; if it stays, look at the network and at the name of the service.',
        'しばらくして再実行してください。続く場合はネットワークと接続先を確認してください。',
      ),
    ),
  rejected: (said: string) =>
    trouble(
      both(`It failed: ${said}`, `失敗しました: ${said}`),
      both('Mend what the message names.', 'メッセージが示す箇所を直してください。'),
    ),
};

export const configuration = {
  checked: (functions: readonly string[]) =>
    both(`environment variables of ${functions.join(', ')}`, `${functions.join('、')} の環境変数`),
  wrong: (sentence: string) =>
    trouble(
      both(sentence, `設定に誤りがあります（${sentence}）`),
      both(
        'Take the variables from the deployed functions, as terraform/README.md shows; if they are wrong there, apply again.',
        'terraform/README.md の手順で、デプロイ済みの関数から環境変数を取得してください。そこでも誤っている場合は、もう一度 apply してください。',
      ),
    ),
  unknown: (names: readonly string[]) =>
    trouble(
      both(`Nothing reads ${names.join(', ')}.`, `${names.join('、')} はどこからも読まれません。`),
      both('Correct the name, or remove it.', '名前を直すか、削除してください。'),
    ),
  key: trouble(
    both('It is no RSA key that can sign.', '署名に使える RSA 鍵ではありません。'),
    both(
      'Store the key whose certificate the app in Salesforce has; terraform/README.md shows how to make one.',
      'Salesforce のアプリに登録した証明書の鍵を保存してください。作り方は terraform/README.md にあります。',
    ),
  ),
  weakKey: (bits: number) =>
    trouble(
      both(`It has only ${bits} bits.`, `${bits} ビットしかありません。`),
      both('Make one of at least 2048 bits.', '2048 ビット以上の鍵を作ってください。'),
    ),
};

/** Where roles are given. */
const giveRole = (setting: string, who: Label) =>
  both(
    `Name ${who.en} in api_access.${setting}, and apply.`,
    `api_access.${setting} に${who.ja}を書いて、apply してください。`,
  );

export const access = {
  audience: {
    iap: trouble(
      both(
        'Nobody is let in: no audience is one that Identity-Aware Proxy makes assertions for, such as /projects/123456789012/global/backendServices/987.',
        '誰もアクセスできません。Identity-Aware Proxy のアサーションの対象（例: /projects/123456789012/global/backendServices/987）が KENKO_API_AUDIENCES にありません。',
      ),
      both(
        'Apply again; if it was changed by hand, take KENKO_API_AUDIENCES from Terraform.',
        'もう一度 apply してください。手作業で変更した場合は、Terraform の値に戻してください。',
      ),
    ),
    token: trouble(
      both(
        'Nobody is let in: no audience is one that ID tokens are made for, such as the address of the API.',
        '誰もアクセスできません。ID トークンの対象（例: API のアドレス）が KENKO_API_AUDIENCES にありません。',
      ),
      both(
        'Apply again; if Identity-Aware Proxy is meant, set api_access.identity to "iap".',
        'もう一度 apply してください。Identity-Aware Proxy を使う場合は、api_access.identity を "iap" にしてください。',
      ),
    ),
  },
  nobody: trouble(
    both(
      'Nobody has a role, so the API and the dashboard answer nobody.',
      '権限を持つ人がいないため、API もダッシュボードも誰も使えません。',
    ),
    giveRole('viewers', both('who reads', '閲覧する人')),
  ),
  nobodyEnters: trouble(
    both('Nobody may enter or override anything.', '入力やバンドの手動設定ができる人がいません。'),
    giveRole('editors', both('who enters', '入力する人')),
  ),
  nobodyOperates: trouble(
    both(
      'Nobody may release or discard a run that is held.',
      '保留中の実行について release か discard を選べる人がいません。',
    ),
    giveRole('operators', both('who decides that', '判断する人')),
  ),
  gcloud: trouble(
    both(
      "Tokens for gcloud's own client are taken: whoever is sent one elsewhere can use it here.",
      'gcloud 自身のクライアント向けのトークンを受け付けています。ほかのサービスに送られたトークンが、ここでも使えてしまいます。',
    ),
    both(
      'Take 32555940559.apps.googleusercontent.com out of api_access.audiences once nobody tries things out any more.',
      '試用が終わったら、api_access.audiences から 32555940559.apps.googleusercontent.com を外してください。',
    ),
  ),
};

export const sources = {
  table: (name: string) => both(`source table ${name}`, `ソーステーブル ${name}`),
  noAccounts: (name: string) =>
    trouble(
      both(
        `There is no table ${name}; it is the only one that Kenko cannot do without.`,
        `テーブル ${name} がありません。Kenko に必須のテーブルです。`,
      ),
      both(
        'Create it, or name yours in pack.yaml under tables.accounts.',
        '作成するか、pack.yaml の tables.accounts に既存のテーブル名を書いてください。',
      ),
    ),
  noTable: (name: string, groups: readonly string[]) =>
    trouble(
      both(
        `There is no table ${name}, so the metrics of ${groups.join(', ')} have no data from it.`,
        `テーブル ${name} がないため、${groups.join('、')} の指標にデータが入りません。`,
      ),
      both(
        'Provide it or map yours in pack.yaml; without it those measures count as missing.',
        '用意するか pack.yaml で対応付けてください。ないままなら、その項目は「データなし」になります。',
      ),
    ),
  noColumn: (sentence: string, table: string, column: string) =>
    trouble(
      both(sentence, `テーブル ${table} に列 ${column} がありません。`),
      both(
        'Add the column or correct the mapping; nothing can be scored before.',
        '列を追加するか、pack.yaml の対応付けを直してください。それまで採点できません。',
      ),
    ),
  noOptionalColumns: (table: string, columns: readonly string[]) =>
    trouble(
      both(
        `The table ${table} has no column ${columns.join(', ')}: what is computed from it has no data.`,
        `テーブル ${table} に列 ${columns.join('、')} がないため、それを使う指標にデータが入りません。`,
      ),
      both(
        'Add the columns or map yours in pack.yaml, if you have them.',
        'データがあれば、列を追加するか pack.yaml で対応付けてください。',
      ),
    ),
  elsewhere: (location: string, wanted: string) =>
    trouble(
      both(
        `It is in ${location}, but jobs run in ${wanted}: queries do not cross locations.`,
        `${location} にありますが、ジョブは ${wanted} で動きます。クエリはロケーションをまたげません。`,
      ),
      both(
        `Set warehouse_location to "${location}" in Terraform, and apply.`,
        `Terraform の warehouse_location を "${location}" にして apply してください。`,
      ),
    ),
  found: (columns: number) => both(`${columns} columns are used.`, `${columns} 列を使います。`),
};

export const freshness = {
  empty: (date: string) =>
    trouble(
      both(
        `It has no row that was known at the end of ${date}.`,
        `${date} の終わりの時点で有効な行がありません。`,
      ),
      both('Look at the feed that fills it.', 'データの取り込みを確認してください。'),
    ),
  late: (through: string, date: string) =>
    trouble(
      both(
        `It is complete through ${through} only; a run now would be of ${date}.`,
        `${through} までしか揃っていません。いま実行すると ${date} 分になります。`,
      ),
      both(
        'Find out why the feed is late; its measures are as of that day, and missing beyond max_age.',
        'データが遅れている理由を確認してください。項目はその日時点の値になり、max_age を過ぎると「データなし」になります。',
      ),
    ),
  complete: (through: string) =>
    both(`Complete through ${through}.`, `${through} まで揃っています。`),
};

export const ownTables = {
  table: (name: string) => both(`table ${name}`, `テーブル ${name}`),
  missing: trouble(
    both('It is not there.', '存在しません。'),
    both(
      'Apply Terraform, which makes it (on a laptop: `npm start`).',
      'Terraform を apply すると作られます（手元では `npm start`）。',
    ),
  ),
  differs: (difference: Label) =>
    trouble(
      both(
        `It is not laid out as sql/tables says: ${difference.en}.`,
        `sql/tables の定義と違います: ${difference.ja}。`,
      ),
      both(
        'Deploy code and Terraform of one commit; nobody else may change this table.',
        'コードと Terraform を同じコミットでデプロイしてください。このテーブルを手で変更しないでください。',
      ),
    ),
  noColumn: (name: string) => both(`there is no column ${name}`, `列 ${name} がありません`),
  surplusColumn: (name: string) =>
    both(`there is a column ${name} too many`, `余分な列 ${name} があります`),
  otherColumn: (name: string, found: string, wanted: string) =>
    both(`${name} is ${found}, not ${wanted}`, `${name} が ${wanted} ではなく ${found} です`),
  otherPartition: (wanted: string) =>
    both(`it is not partitioned by ${wanted}`, `${wanted} でパーティション分割されていません`),
  otherCluster: (wanted: string) =>
    both(`it is not clustered by ${wanted}`, `${wanted} でクラスタ化されていません`),
};

export const documents = {
  readable: both('They can be read.', '読み取れます。'),
  index: (collection: string, fields: string) =>
    both(`index of ${collection} on ${fields}`, `${collection} の ${fields} のインデックス`),
  noIndex: (said: string) =>
    trouble(
      both(`Firestore refuses the query: ${said}`, `Firestore にクエリを拒否されました: ${said}`),
      both(
        'Apply Terraform, and wait until Firestore has built the index.',
        'Terraform を apply し、Firestore がインデックスを作り終えるまで待ってください。',
      ),
    ),
  served: (count: number) =>
    both(`${count} queries are served.`, `${count} 種類のクエリを確認しました。`),
};

export const queues = {
  missing: (names: readonly string[]) =>
    trouble(
      both(`There is no ${names.join(', ')}.`, `${names.join('、')} がありません。`),
      both(
        'Apply Terraform, and see that KENKO_PREFIX is its prefix.',
        'Terraform を apply してください。KENKO_PREFIX が prefix と同じかも確認してください。',
      ),
    ),
};

export const ages = {
  standing: both('No score has aged.', '古くなったスコアはありません。'),
  untuned: both(
    'None was tuned or accepted on outcomes, so none can be told to have aged.',
    '実績で調整または承認したものがないため、判断の対象はありません。',
  ),
  aged: (score: Label, said: Label) =>
    trouble(both(`${score.en}: ${said.en}`, `${score.ja}: ${said.ja}`), whatToDoAboutAgeing),
};

export const runs = {
  none: trouble(
    both('No run has been started yet.', 'まだ一度も実行されていません。'),
    both(
      'Run the daily job (on a laptop: `npm start`).',
      '日次ジョブを実行してください（手元では `npm start`）。',
    ),
  ),
  failed: (id: string, why: string) =>
    trouble(
      both(`Run ${id} failed: ${why}`, `実行 ${id} が失敗しました: ${why}`),
      both('Mend what it names, and run it again.', '原因を直して、もう一度実行してください。'),
    ),
  held: (id: string) =>
    trouble(
      both(
        `Run ${id} is held: too many accounts would change band.`,
        `実行 ${id} は保留中です。バンドの変わる顧客が多すぎます。`,
      ),
      both(
        'Look at what changed, then release or discard it.',
        '変化の内容を見て、release か discard を選んでください。',
      ),
    ),
  neverFinished: trouble(
    both('No run has finished yet.', 'まだ完了した実行がありません。'),
    both(
      'Look at the runs, the dead letters and the log.',
      '実行の一覧、デッドレター、ログを確認してください。',
    ),
  ),
  stale: (id: string, hours: number) =>
    trouble(
      both(
        `The last one that finished, ${id}, did so ${hours} hours ago.`,
        `最後に完了した ${id} は ${hours} 時間前です。`,
      ),
      both(
        'Look at the daily job: is it paused, do its calls fail? (On a laptop: `npm start`.)',
        '日次ジョブが停止していないか、呼び出しが失敗していないか確認してください（手元では `npm start`）。',
      ),
    ),
  finished: (id: string, hours: number) =>
    both(`${id} finished ${hours} hours ago.`, `${id} が ${hours} 時間前に完了しました。`),
};

export const clock = {
  right: (seconds: number) =>
    both(`It differs by ${seconds} s from a server's.`, `サーバーとの差は ${seconds} 秒です。`),
  wrong: (seconds: number, where: 'ahead' | 'behind') =>
    trouble(
      both(
        `It is ${seconds} s ${where === 'ahead' ? 'ahead of' : 'behind'} a server's: logins are refused when it is minutes off.`,
        `サーバーより ${seconds} 秒${where === 'ahead' ? '進んで' : '遅れて'}います。数分ずれるとログインが拒否されます。`,
      ),
      both('Set the clock of this machine by NTP.', 'このマシンの時計を NTP で合わせてください。'),
    ),
};
