/** `npm run build`: the bundle as it would be deployed, in dist/. */
import { stripVTControlCharacters } from 'node:util';
import { buildWorker } from './local/bundle.ts';
import { fail } from './local/home.ts';

await buildWorker({ outdir: 'dist' }).catch((error: Error & { stderr?: string }) =>
  fail(stripVTControlCharacters(error.stderr || error.message)),
);
