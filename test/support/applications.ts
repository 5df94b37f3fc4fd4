/** Creator applications for tests: a good request, and an applicant who has sent it with a document. */
import { form, png } from './files';
import { asUser, type Person } from './users';

export const IBAN = 'DE89370400440532013000';

export function applicationRequest(changes: Record<string, unknown> = {}) {
  return {
    profile: { bio: 'I play records.', categories: ['music', 'dj'] },
    identity: { documentType: 'passport', legalName: 'Ada Example', birthDate: '1990-05-17' },
    financial: { accountHolder: 'Ada Example', iban: IBAN, bankName: 'Example Bank', country: 'DE' },
    ...changes,
  };
}

/** Pending, with a document unless it says otherwise. */
export async function asApplicant(
  traits: Parameters<typeof asUser>[0] = {},
  { document = true, request = {} }: { document?: boolean; request?: Record<string, unknown> } = {},
): Promise<Person & { applicationId: string }> {
  const person = await asUser(traits);
  const { data } = await person.post('creator/application', applicationRequest(request));
  if (document) await person.post('creator/application/document', form('document', png()));
  return { ...person, applicationId: data.id };
}
