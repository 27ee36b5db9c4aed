/** Whether what is configured also arrives: pushes of Pub/Sub and calls of Cloud Scheduler. */
import { blockIn, textIn, type Values } from '../provider/values.ts';
import type { Cloud, Resource } from './cloud.ts';
import { isAllowed } from './grants.ts';

const pubsubAgent = (cloud: Cloud): string =>
  `serviceAccount:service-${cloud.place.number}@gcp-sa-pubsub.iam.gserviceaccount.com`;

function callProblems(cloud: Cloud, uri: string, token: Values | undefined): string[] {
  const target = functionAt(cloud, uri);
  if (!target) return [`${uri} is no function`];
  const caller = `serviceAccount:${textIn(token, 'service_account_email')}`;
  const service = target.name.replace('/functions/', '/services/');
  const problems: string[] = [];
  if (textIn(token, 'audience') !== uri)
    problems.push(`Cloud Run refuses tokens whose audience is not ${uri}`);
  if (!isAllowed(cloud, caller, 'run.routes.invoke', service)) {
    problems.push(`${caller} may not invoke ${service}`);
  }
  return problems;
}

/** The function that answers at an address. */
export function functionAt(cloud: Cloud, uri: string): Resource | undefined {
  return cloud
    .all('google_cloudfunctions2_function')
    .find(({ values }) => textIn(blockIn(values, 'service_config'), 'uri') === uri);
}

/** What keeps a push subscription from delivering, and from giving up properly. */
export function pushProblems(cloud: Cloud, name: string, values: Values): string[] {
  const push = blockIn(values, 'push_config') ?? {};
  const token = blockIn(push, 'oidc_token');
  const agent = pubsubAgent(cloud);
  const problems = callProblems(cloud, textIn(push, 'push_endpoint'), token);
  const caller = `projects/${cloud.place.project}/serviceAccounts/${textIn(token, 'service_account_email')}`;
  if (!isAllowed(cloud, agent, 'iam.serviceAccounts.getOpenIdToken', caller)) {
    problems.push(`${agent} may not sign tokens of ${caller}`);
  }
  const dead = textIn(blockIn(values, 'dead_letter_policy'), 'dead_letter_topic');
  if (!dead) problems.push('messages that fail for good are tried for ever');
  else if (!isAllowed(cloud, agent, 'pubsub.topics.publish', dead)) {
    problems.push(`${agent} may not publish to ${dead}`);
  } else if (!hasSubscription(cloud, dead)) problems.push(`nothing keeps the messages of ${dead}`);
  return problems.map((problem) => `${name}: ${problem}`);
}

const hasSubscription = (cloud: Cloud, topic: string): boolean =>
  cloud.all('google_pubsub_subscription').some(({ values }) => textIn(values, 'topic') === topic);

/** What keeps a job from reaching its function. */
export function scheduleProblems(cloud: Cloud, name: string, values: Values): string[] {
  const target = blockIn(values, 'http_target') ?? {};
  const problems = callProblems(cloud, textIn(target, 'uri'), blockIn(target, 'oidc_token'));
  return problems.map((problem) => `${name}: ${problem}`);
}

/** What would keep messages and calls from arriving, as everything now is. */
export function deliveryProblems(cloud: Cloud): string[] {
  const agent = pubsubAgent(cloud);
  return [
    ...cloud
      .all('google_cloud_scheduler_job')
      .flatMap(({ name, values }) => scheduleProblems(cloud, name, values)),
    ...cloud.all('google_pubsub_subscription').flatMap(({ name, values }) => {
      if (!blockIn(values, 'push_config')) return [];
      const takes = isAllowed(cloud, agent, 'pubsub.subscriptions.consume', name);
      return [
        ...pushProblems(cloud, name, values),
        ...(takes ? [] : [`${name}: ${agent} may not take messages to the dead letters`]),
      ];
    }),
  ];
}
