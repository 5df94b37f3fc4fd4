/** Performers for tests, with or without a stage identity. */
import { asCreator, type Person } from './users';

export const asPerformer = () => asCreator({ role: 'performer' });

/** A stage name and a handle that no other test has. */
export function stageNames() {
  const word = crypto.randomUUID().replaceAll('-', '').slice(0, 12);
  return { stageName: `Nightbird ${word}`, stageHandle: `night_${word}` };
}

/** Chooses names of the stage and turns anonymous mode on. */
export async function goAnonymous(performer: Pick<Person, 'put'>, names = stageNames()) {
  const chosen = await performer.put('performer/profile', names);
  const turnedOn = await performer.put('performer/privacy-settings', { anonymousMode: true });
  if (chosen.status !== 200 || turnedOn.status !== 200) throw new Error(JSON.stringify([chosen.error, turnedOn.error]));
  return names;
}
