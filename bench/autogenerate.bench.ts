// `plinth revision --autogenerate` beside `drizzle-kit generate`, as processes, on the same models.
// Plinth proves both directions on a PostgreSQL; the peer compares files.

import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { judge, median, ratio, show } from './support/measure.js';
import { writeModels, writeProject } from './support/models-project.js';
import { installPeer, packageFolder } from './support/peer-package.js';
import { type Measured, runMeasured } from './support/run-measured.js';

const PEER = 'drizzle-kit@0.31.11';
const MODELS = 'drizzle-orm@0.45.4';
const TABLES = 200;
const REVISIONS = 100;
const ROUNDS = 5;

export default async function run(): Promise<void> {
  const peer = installPeer(PEER, [MODELS]);
  const root = join(peer, '..', '..');
  // Below the peer's packages, so that the models find drizzle-orm as they do in a project.
  const [folder, kept] = [join(root, 'project'), join(root, 'project-kept')];
  const cache = join(root, 'cache');
  for (const old of [folder, kept, cache]) rmSync(old, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeProject(folder, { tables: TABLES, revisions: REVISIONS });
  const generate = () => runMeasured([join(peer, 'bin.cjs'), 'generate'], { cwd: folder });
  const plinth = join(packageFolder('plinth'), 'bin', 'plinth.js');
  const autogenerate = () =>
    runMeasured([plinth, 'revision', '--autogenerate', '-m', 'labels'], {
      cwd: folder,
      env: { PLINTH_CACHE_DIR: cache },
    });
  generate();
  writeModels(folder, TABLES, true);
  cpSync(folder, kept, { recursive: true });
  const contenders = {
    cold: () => {
      rmSync(cache, { recursive: true, force: true });
      return autogenerate();
    },
    warm: autogenerate,
    drizzle: generate,
  };
  const found = { cold: [] as Measured[], warm: [] as Measured[], drizzle: [] as Measured[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of ['cold', 'warm', 'drizzle'] as const) {
      found[name].push(contenders[name]());
      // What was written would leave nothing to do.
      rmSync(folder, { recursive: true });
      cpSync(kept, folder, { recursive: true });
    }
  }
  report(found);
}

function report({ cold, warm, drizzle }: Record<'cold' | 'warm' | 'drizzle', Measured[]>): void {
  const [coldMs, warmMs, peerMs] = [cold, warm, drizzle].map((all) =>
    median(all.map(({ ms }) => ms)),
  );
  const [coldMb, warmMb, peerMb] = [cold, warm, drizzle].map((all) =>
    Math.max(...all.map(({ megabytes }) => megabytes)),
  );
  console.log(
    `${TABLES} models, ${REVISIONS} revisions, a column and an index more in every tenth`,
  );
  console.log(`  cold ${show(coldMs)}, warm ${show(warmMs)}, drizzle-kit ${show(peerMs)}`);
  judge('warm / drizzle-kit', ratio(warmMs, peerMs), { atMost: 2 });
  judge('cold / drizzle-kit', ratio(coldMs, peerMs), { atMost: 4 });
  const [a, b, c] = [coldMb, warmMb, peerMb].map((mb) => `${Math.round(mb ?? Number.NaN)} MB`);
  console.log(`  memory: cold ${a}, warm ${b}, drizzle-kit ${c}`);
}
