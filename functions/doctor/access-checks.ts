/** Whether the API can know anybody, and whether somebody may do there what has to be done. */
import type { Configuration } from '../config.ts';
import { type Found, ok, problem, warning } from './report.ts';
import { access as texts, titles } from './texts.ts';

/** IAP makes its assertions for a backend service, or a Cloud Run service; tokens are for addresses. */
const ofProxy =
  /^\/projects\/\d+\/(global\/backendServices\/\d+|locations\/[\w-]+\/services\/[\w-]+)$/;
/** gcloud's own client: what `gcloud auth print-identity-token` makes tokens for. */
const ofGcloud = '32555940559.apps.googleusercontent.com';

export function accessFindings({
  kind,
  audiences,
  access: { viewer, editor, operator },
}: NonNullable<Configuration['identity']>): Found[] {
  const title = titles['api-configuration'];
  const findings: Found[] = [];
  if (!audiences.some((audience) => ofProxy.test(audience) === (kind === 'iap'))) {
    findings.push(problem(title, texts.audience[kind]));
  }
  const [enters, operates] = [editor.length + operator.length, operator.length];
  if (viewer.length + enters === 0) findings.push(warning(title, texts.nobody));
  else if (enters === 0) findings.push(warning(title, texts.nobodyEnters));
  else if (operates === 0) findings.push(warning(title, texts.nobodyOperates));
  if (audiences.includes(ofGcloud)) findings.push(warning(title, texts.gcloud));
  return findings.length > 0 ? findings : [ok(title)];
}
