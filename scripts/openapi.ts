/** `npm run openapi`: prints the OpenAPI document, or with `--postman` the Postman collection. It needs no server. */
import { importSource } from './local/bundle.ts';
import { readPort } from './local/home.ts';

const { describeApi } = await importSource<typeof import('@/app')>('src/app.ts');
const document = describeApi();
if (process.argv.includes('--postman')) {
  const { postmanCollection } = await importSource<typeof import('@/http/reference/postman')>(
    'src/http/reference/postman.ts',
  );
  print(postmanCollection(document, `http://localhost:${readPort()}`));
} else {
  print(document);
}

function print(json: object): void {
  process.stdout.on('error', () => process.exit()); // the reader closed the pipe
  process.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
}
