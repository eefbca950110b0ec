// A schema of a given number of tables, each with six columns, three constraints and three
// indexes, and the same schema with a change in every table.

const BATCH = 100;

/** Scripts that create it, a hundred tables each, so that none holds too many locks. */
export function wideSchema(tables: number, changed: boolean): readonly string[] {
  const scripts: string[] = [];
  for (let start = 0; start < tables; start += BATCH) {
    const end = Math.min(start + BATCH, tables);
    const numbers = Array.from({ length: end - start }, (_, index) => start + index);
    scripts.push(numbers.map((number) => tableText(number, changed)).join('\n'));
  }
  return scripts;
}

function tableText(number: number, changed: boolean): string {
  const table = `item_${number}`;
  const owner = number === 0 ? 0 : number - 1;
  return `
    CREATE TABLE ${table} (
      id bigint GENERATED ALWAYS AS IDENTITY,
      owner_id bigint,
      name ${changed ? 'varchar(200)' : 'varchar(100)'} NOT NULL,
      amount numeric(12, 2) DEFAULT 0,
      note text${changed ? " DEFAULT ''" : ''},
      created_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT ${table}_pkey PRIMARY KEY (id),
      CONSTRAINT ${table}_amount_check CHECK (amount >= ${changed ? 1 : 0}),
      CONSTRAINT ${table}_owner_fkey FOREIGN KEY (owner_id) REFERENCES item_${owner} (id)
    );
    CREATE INDEX ${table}_owner_idx ON ${table} (owner_id);
    CREATE INDEX ${table}_name_idx ON ${table} (lower(name));
    CREATE INDEX ${table}_recent_idx ON ${table} (created_at DESC) WHERE note IS NOT NULL;`;
}
