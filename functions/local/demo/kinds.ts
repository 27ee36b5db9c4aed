/** The packs that have demo customers under contract, by name. */
import { dataPlatform } from './data-platform.ts';
import { type DemoKind, subscription, words } from './kind.ts';
import { recruiting } from './recruiting.ts';
import { school } from './school.ts';
import { webExperience } from './web-experience.ts';

/** A file-sharing service's customers, each with one owner for good. */
const fileSharing: DemoKind = {
  ...subscription,
  features: words('upload sync links comments previews scans file_requests search'),
  options: words('large_transfers backup signatures'),
  lastingOwner: true,
};

/** A personnel-administration service's customers: employers who register their employees. */
const personnel: DemoKind = {
  ...subscription,
  features: words(
    'employee_records joining_papers year_end_adjustment payslips organisation_chart questionnaires applications certificates',
  ),
  options: words('appraisals skills staffing'),
  // Now and then nobody remembers to ask.
  npsAsked: 0.7,
};

export const kinds: ReadonlyMap<string, DemoKind> = new Map([
  ['saas', subscription],
  ['monoxer', school],
  ['dropbox', fileSharing],
  ['plaid', webExperience],
  ['smarthr', personnel],
  ['trocco', dataPlatform],
  ['wantedly', recruiting],
]);
