/**
 * What the roles that `terraform/` grants allow, as far as it tells them apart and matters here.
 * A role that is not listed cannot be judged, so granting it is an error: list it with what it
 * allows, from https://cloud.google.com/iam/docs/roles-permissions.
 */
const viewer = ['bigquery.tables.get', 'bigquery.tables.getData', 'bigquery.tables.list'];

export const rolePermissions: Readonly<Record<string, readonly string[]>> = {
  'roles/artifactregistry.writer': [
    'artifactregistry.repositories.downloadArtifacts',
    'artifactregistry.repositories.uploadArtifacts',
  ],
  'roles/bigquery.dataEditor': [
    ...viewer,
    'bigquery.tables.create',
    'bigquery.tables.delete',
    'bigquery.tables.update',
    'bigquery.tables.updateData',
  ],
  'roles/bigquery.dataViewer': viewer,
  'roles/bigquery.jobUser': ['bigquery.jobs.create'],
  'roles/datastore.user': ['datastore.entities.read', 'datastore.entities.write'],
  'roles/iam.serviceAccountTokenCreator': ['iam.serviceAccounts.getOpenIdToken'],
  'roles/iap.httpsResourceAccessor': ['iap.webServiceVersions.accessViaIAP'],
  'roles/logging.logWriter': ['logging.logEntries.create'],
  'roles/pubsub.publisher': ['pubsub.topics.publish'],
  'roles/pubsub.subscriber': ['pubsub.subscriptions.consume'],
  'roles/run.invoker': ['run.routes.invoke'],
  'roles/secretmanager.secretAccessor': ['secretmanager.versions.access'],
  'roles/storage.objectViewer': ['storage.objects.get', 'storage.objects.list'],
};
