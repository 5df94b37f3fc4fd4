import { errorList } from '@/http/errors';

export const reportError = errorList({
  REPORT_TARGET_NOT_FOUND: [404, 'This does not exist, or you cannot see it.'],
  REPORT_OF_YOUR_OWN: [409, 'This is your own. You can edit or delete it instead.'],
  TOO_MANY_REPORTS: [429, 'You have sent many reports today. Try again tomorrow, or block the person.'],
  REPORT_NOT_FOUND: [404, 'This report does not exist.'],
  REPORT_OUT_OF_REACH: [403, 'You can only review reports about users below your rank and in your country.'],
  REPORT_RESOLVED: [409, 'This report is already resolved. Reload to see the decision.'],
  REPORT_CHANGED: [409, 'Someone else just changed this report. Reload and try again.'],
  REPORT_SUBJECT_GONE: [409, 'This account was deleted. You can dismiss the report or remove what is left.'],
  SANCTION_LONGER: [
    409,
    'This user is already banned or suspended for longer. Remove the content, or change the status on their page.',
  ],
  ASSIGNEE_NOT_ABLE: [422, 'This person may not review this report. Assign it to staff who may.'],
});
