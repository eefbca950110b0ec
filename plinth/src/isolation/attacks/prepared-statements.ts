// Runs one prepared statement for two tenants, one after the other, as pooled connections do. A policy
// that calls a function which is IMMUTABLE, and is not, keeps the first tenant in its plan.

import { quoteLiteral } from '../../sql/index.js';
import { other } from '../fill/filled-row.js';
import { held, leak } from '../isolation-proof.js';
import { mend } from '../mending.js';
import { type Attack, countOf, refusal } from './attack.js';
import { NO_SELECT } from './reading.js';

const NAME = 'plinth_isolation_read';

export const preparedStatements: Attack = {
  name: 'prepared',
  async run(scene, table, tenant) {
    if (scene.selectable(table).length === 0) return held(NO_SELECT);
    const { setting } = scene.stage;
    const id = quoteLiteral(scene.tenants[tenant]);
    // The other tenant runs it first, and this one then gets the same plan.
    const outcome = await scene.attemptAs(
      scene.as(other(tenant)),
      table,
      tenant,
      `PREPARE ${NAME} AS SELECT count(*)::int AS n FROM ${table.sql}
         WHERE ${scene.whose(table, other(tenant))};
       EXECUTE ${NAME};
       SELECT set_config(${quoteLiteral(setting)}, ${id}, true);
       EXECUTE ${NAME}`,
    );
    // It outlives its transaction; where it was never made there is nothing to forget.
    await scene.stage.attempt(scene.as(tenant), `DEALLOCATE ${NAME}`);
    if (outcome.ended === 'badly') return refusal(outcome);
    const count = countOf(outcome);
    if (count === 0) return held('each tenant gets its own rows');
    const what = `a prepared statement gave ${count} rows of the tenant that ran it before`;
    // What any statement shows is not the plan's fault.
    const plain = await scene.attempt(
      table,
      tenant,
      `SELECT count(*)::int AS n FROM ${table.sql} WHERE ${scene.whose(table, other(tenant))}`,
    );
    return countOf(plain) > 0
      ? leak(what, mend(scene, table, 'select', 'using'))
      : leak(
          what,
          `Let the functions that policies of ${table.sql} call be STABLE, not IMMUTABLE.`,
        );
  },
};
