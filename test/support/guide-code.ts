/** Runs the code that a guide shows. */
import { readProjectFile } from './sources';

/** The module in the guide's only block of JavaScript. */
export async function importFromGuide<T>(guide: string): Promise<T> {
  const [, code] = /^```js\n([\s\S]*?)^```$/m.exec(readProjectFile(`docs/guides/${guide}.md`)) ?? [];
  if (code === undefined) throw new Error(`docs/guides/${guide}.md shows no code`);
  return import(`data:text/javascript,${encodeURIComponent(code)}`);
}
