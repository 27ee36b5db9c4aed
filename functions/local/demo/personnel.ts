/** A personnel-administration service's customers: employers who register their employees. */
import { type DemoKind, subscription } from './kind.ts';

export const personnel: DemoKind = {
  ...subscription,
  features: [
    'employee_records',
    'joining_papers',
    'year_end_adjustment',
    'payslips',
    'organisation_chart',
    'questionnaires',
    'applications',
    'certificates',
  ],
  options: ['appraisals', 'skills', 'staffing'],
  // Now and then nobody remembers to ask.
  npsAsked: 0.7,
};
