/** Every deployed function, one line each: the table of contents. */
import { http } from '@google-cloud/functions-framework';
import { api } from './api/api.ts';
import { push, scheduled } from './http-functions.ts';
import { notify } from './notify/notify.ts';
import { notifyEvent } from './notify/notify-event.ts';
import { publishShard } from './publish/publish-shard.ts';
import { score } from './runs/score.ts';
import { scoreShard } from './runs/score-shard.ts';
import { sweep } from './sweep/sweep.ts';
import { reconcile } from './sync/reconcile.ts';
import { syncSalesforce } from './sync/sync-salesforce.ts';
import { runtimeOf } from './wiring/deployed.ts';

http('score', scheduled('score', score, runtimeOf));
http('score-shard', push('score-shard', 'score-shards', scoreShard, runtimeOf));
http('publish-shard', push('publish-shard', 'publish-shards', publishShard, runtimeOf));
http('sync-salesforce', push('sync-salesforce', 'accounts-changed', syncSalesforce, runtimeOf));
http('notify', push('notify', 'signals-changed', notify, runtimeOf));
http('notify-event', push('notify-event', 'events', notifyEvent, runtimeOf));
http('reconcile', scheduled('reconcile', reconcile, runtimeOf));
http(
  'sweep',
  scheduled('sweep', (running) => sweep(running), runtimeOf),
);
http(
  'api',
  api(() => runtimeOf('api')),
);
