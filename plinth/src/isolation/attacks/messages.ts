// Tries to read another tenant's values out of error messages: a cast that fails shows what it was
// given, and it must not be given rows that policies hide.

import { quoteIdentifier } from '../../sql/index.js';
import { other, type TenantIndex } from '../fill/filled-row.js';
import { held, leak, type Verdict } from '../isolation-proof.js';
import { mend } from '../mending.js';
import type { Scene } from '../scene.js';
import type { Column, Table } from '../survey/survey.js';
import type { Attack } from './attack.js';
import { NO_SELECT } from './reading.js';

export const messages: Attack = {
  name: 'messages',
  async run(scene, table, tenant) {
    const column = tellingColumn(scene, table, other(tenant));
    if (scene.selectable(table).length === 0) return held(NO_SELECT);
    if (column !== undefined) {
      const value = `${quoteIdentifier(column.name)}::text`;
      const outcome = await scene.attempt(
        table,
        tenant,
        `SELECT count(*) FROM ${table.sql}
         WHERE CASE WHEN ${scene.whose(table, tenant)} THEN false ELSE length((${value})::int::text) > 20 END`,
      );
      const told = scene.foreignText(tenant, outcome.said);
      if (told !== undefined) {
        return leak(
          `an error showed the other tenant's ${column.name}`,
          mend(scene, table, 'select', 'using'),
        );
      }
    }
    return toldMeanwhile(scene, table) ?? held('show nothing of the other tenant');
  },
};

/** What the messages of all attacks before have told. */
function toldMeanwhile(scene: Scene, table: Table): Verdict | undefined {
  const told = scene.told.find((one) => one.table === table.oid);
  if (told === undefined) return undefined;
  const [first = ''] = told.text.split('\n');
  return leak(
    `a message showed a value of the other tenant: ${first}`,
    'Let no trigger, function or policy put values of rows into what it raises.',
  );
}

/** A column with a text that is found nowhere else. */
function tellingColumn(scene: Scene, table: Table, victim: TenantIndex): Column | undefined {
  const row = scene.rows(table, victim)[0];
  return scene.selectable(table).find(({ name }) => {
    const text = row?.cells.get(name);
    return (
      text !== null &&
      text !== undefined &&
      row?.telling.includes(text) === true &&
      !/^\d+$/.test(text)
    );
  });
}
