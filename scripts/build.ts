/** `npm run build`: builds the bundle into dist/, exactly as a deployment would. */
import { buildWorker } from './local/bundle.ts';
import { failAt } from './local/home.ts';

await buildWorker({ outdir: 'dist' }).catch(failAt('The Worker could not be built'));
