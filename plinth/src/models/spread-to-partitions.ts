// Gives partitions what their tables have and PostgreSQL does not pass on, such as a trigger of TRUNCATE.

import type { Located } from './model-file.js';
import type { Part } from './part.js';

/** What partitions get, of tables and of partitions above them. */
export function spreadToPartitions(parts: readonly Located<Part>[]): readonly Located<Part>[] {
  const spread = parts.flatMap(({ model }) => model.onPartitions ?? []);
  if (spread.length === 0) return [];
  const parents = new Map(
    parts.flatMap(({ model: { partition } }) =>
      partition === undefined ? [] : [[partition.target.sql, partition.of]],
    ),
  );
  return parts.flatMap(({ model: { partition }, origin }) => {
    if (partition === undefined) return [];
    const above = new Set<string>();
    for (
      let name: string | undefined = partition.of;
      name !== undefined && !above.has(name);
      name = parents.get(name)
    ) {
      above.add(name);
    }
    return spread
      .filter(({ of }) => above.has(of))
      .map(({ write }) => ({ model: write(partition.target), origin }));
  });
}
