// What each action of ALTER TABLE does, by its shape. Which locks: "ALTER TABLE" in PostgreSQL's
// manual; a test asks a server.

import type { HazardRule } from './hazard-rule.js';

const BREAKS = 'breaks-code';
const CAN_FAIL = 'can-fail';
const WIDENS = 'widens-privileges';

const NOT_VALID_FIRST = 'ADD CONSTRAINT … NOT VALID and VALIDATE CONSTRAINT let them go on';

/** Functions that give another value for each row, and those of a schema, which nobody knows. */
const VOLATILE =
  '(?:CLOCK_TIMESTAMP|GEN_RANDOM_UUID|NEXTVAL|PG_SLEEP|RANDOM|RANDOM_NORMAL|TIMEOFDAY|UUIDV4|UUIDV7|UUID_GENERATE_V[0-9]\\w*|[^ ]+ \\. [^ ]+) \\(';

const ADD_COLUMN = '^ADD (?:COLUMN )?(?:IF NOT EXISTS )?';

/** The words after ADD that open a constraint and not a column. */
const CONSTRAINT = '(?:CONSTRAINT [^ ]+ )?';

/** Every rule that fits counts. */
export const COLUMN_RULES: readonly HazardRule[] = [
  {
    shape: new RegExp(
      `${ADD_COLUMN}.* (?:DEFAULT (?:(?! NOT NULL| CHECK ).)*?${VOLATILE}|GENERATED (?:ALWAYS|BY DEFAULT) AS IDENTITY|GENERATED ALWAYS AS \\( .* \\) STORED)`,
    ),
    lock: 'ACCESS EXCLUSIVE',
    work: 'rewrites',
  },
  {
    shape: new RegExp(`${ADD_COLUMN}[^ ]+ (?:SMALL|BIG)?SERIAL[248]?(?: |$)`),
    lock: 'ACCESS EXCLUSIVE',
    work: 'rewrites',
  },
  {
    shape: new RegExp(`${ADD_COLUMN}.* (?:PRIMARY KEY|UNIQUE)(?: |$)`),
    lock: 'ACCESS EXCLUSIVE',
    work: 'scans',
    instead: 'CREATE UNIQUE INDEX CONCURRENTLY and ADD CONSTRAINT … USING INDEX let them go on',
    also: [[CAN_FAIL, 'fails where two rows of {} get the same value']],
  },
  {
    shape: new RegExp(`${ADD_COLUMN}.* CHECK \\(`),
    lock: 'ACCESS EXCLUSIVE',
    work: 'scans',
    instead: NOT_VALID_FIRST,
    also: [[CAN_FAIL, 'fails where a row of {} does not fulfil the condition']],
  },
  {
    shape: new RegExp(
      `${ADD_COLUMN}(?!.* (?:DEFAULT|GENERATED) )(?![^ ]+ (?:SMALL|BIG)?SERIAL).* NOT NULL(?: |$)`,
    ),
    lock: 'ACCESS EXCLUSIVE',
    also: [[CAN_FAIL, 'fails where {} has a row: the column has no default']],
  },
  {
    shape: new RegExp(`${ADD_COLUMN}[^ ]+ (?=.*(?:DEFAULT|GENERATED) ).*REFERENCES `),
    lock: 'ACCESS EXCLUSIVE',
    work: 'scans',
    instead: NOT_VALID_FIRST,
    also: [
      ['blocks-writes', 'writes to the table it refers to wait until that is done'],
      [CAN_FAIL, 'fails where the table it refers to has no row for the default'],
    ],
  },
];

/** The first rule that fits counts. */
export const ACTION_RULES: readonly HazardRule[] = [
  {
    shape: new RegExp(`^ADD ${CONSTRAINT}FOREIGN KEY .* NOT VALID$`),
    lock: 'SHARE ROW EXCLUSIVE',
  },
  {
    shape: new RegExp(`^ADD ${CONSTRAINT}FOREIGN KEY `),
    lock: 'SHARE ROW EXCLUSIVE',
    work: 'scans',
    instead: NOT_VALID_FIRST,
    also: [
      ['blocks-writes', 'writes to the table it refers to wait until that is done'],
      [CAN_FAIL, 'fails where a row of {} has no row in the table it refers to'],
    ],
  },
  {
    shape: new RegExp(`^ADD ${CONSTRAINT}(?:CHECK|NOT NULL) .*NOT VALID$`),
    lock: 'ACCESS EXCLUSIVE',
  },
  {
    shape: new RegExp(`^ADD ${CONSTRAINT}CHECK `),
    lock: 'ACCESS EXCLUSIVE',
    work: 'scans',
    instead: NOT_VALID_FIRST,
    also: [[CAN_FAIL, 'fails where a row of {} does not fulfil the condition']],
  },
  {
    shape: new RegExp(`^ADD ${CONSTRAINT}NOT NULL `),
    lock: 'ACCESS EXCLUSIVE',
    work: 'scans',
    instead: NOT_VALID_FIRST,
    also: [[CAN_FAIL, 'fails where a row of {} has NULL there']],
  },
  {
    shape: new RegExp(`^ADD ${CONSTRAINT}UNIQUE USING INDEX `),
    lock: 'ACCESS EXCLUSIVE',
  },
  {
    shape: new RegExp(`^ADD ${CONSTRAINT}PRIMARY KEY USING INDEX `),
    lock: 'ACCESS EXCLUSIVE',
    also: [['scans-table', 'every row of {} is read, where its columns are not NOT NULL yet']],
  },
  {
    shape: new RegExp(`^ADD ${CONSTRAINT}(?:PRIMARY KEY|UNIQUE|EXCLUDE) `),
    lock: 'ACCESS EXCLUSIVE',
    work: 'scans',
    instead: 'CREATE UNIQUE INDEX CONCURRENTLY and ADD CONSTRAINT … USING INDEX let them go on',
    also: [[CAN_FAIL, 'fails where two rows of {} exclude each other']],
  },
  {
    shape: /^VALIDATE CONSTRAINT /,
    lock: 'SHARE UPDATE EXCLUSIVE',
    work: 'scans',
    also: [[CAN_FAIL, 'fails where a row of {} does not fulfil it']],
  },
  {
    shape: /^DROP CONSTRAINT /,
    lock: 'ACCESS EXCLUSIVE',
    also: [
      [BREAKS, 'INSERT … ON CONFLICT that relies on it fails, and rows it refused are let in'],
    ],
  },
  {
    shape: /^DROP /,
    lock: 'ACCESS EXCLUSIVE',
    also: [
      ['loses-data', 'every value of the column is lost'],
      [BREAKS, 'what reads or writes the column fails'],
    ],
  },
  {
    shape: /^ALTER (?:COLUMN )?[^ ]+ (?:SET DATA )?TYPE /,
    lock: 'ACCESS EXCLUSIVE',
    also: [
      [
        'rewrites-table',
        'every row of {} is written anew, unless the new type stores the same bytes',
      ],
      ['blocks-reads', 'reads of {} wait until that is done'],
      ['blocks-writes', 'writes to {} wait until that is done'],
      [CAN_FAIL, 'fails where a value does not fit the new type'],
    ],
  },
  {
    shape: /^ALTER (?:COLUMN )?[^ ]+ SET NOT NULL$/,
    lock: 'ACCESS EXCLUSIVE',
    work: 'scans',
    instead: 'a valid CHECK (… IS NOT NULL) spares the scan',
    also: [[CAN_FAIL, 'fails where a row of {} has NULL there']],
  },
  {
    shape: /^ALTER (?:COLUMN )?[^ ]+ SET EXPRESSION /,
    lock: 'ACCESS EXCLUSIVE',
    also: [
      ['rewrites-table', 'every row of {} is written anew, where the column is stored'],
      ['blocks-reads', 'reads of {} wait until that is done'],
      ['blocks-writes', 'writes to {} wait until that is done'],
    ],
  },
  { shape: /^ALTER (?:COLUMN )?[^ ]+ SET STATISTICS /, lock: 'SHARE UPDATE EXCLUSIVE' },
  { shape: /^ALTER (?:COLUMN )?[^ ]+ (?:SET|RESET) \(/, lock: 'SHARE UPDATE EXCLUSIVE' },
  {
    shape: /^(?:SET|RESET) \( (?:FILLFACTOR|(?:TOAST \. )?AUTOVACUUM_\w+)[^,]*\)$/,
    lock: 'SHARE UPDATE EXCLUSIVE',
  },
  { shape: /^(?:CLUSTER ON|SET WITHOUT CLUSTER)/, lock: 'SHARE UPDATE EXCLUSIVE' },
  {
    shape: /^SET TABLESPACE /,
    lock: 'ACCESS EXCLUSIVE',
    work: 'rewrites',
  },
  {
    shape: /^SET LOGGED$/,
    lock: 'ACCESS EXCLUSIVE',
    work: 'rewrites',
  },
  {
    shape: /^SET UNLOGGED$/,
    lock: 'ACCESS EXCLUSIVE',
    work: 'rewrites',
    also: [['loses-data', 'from then on every row of {} is lost when the server crashes']],
  },
  {
    shape: /^SET ACCESS METHOD /,
    lock: 'ACCESS EXCLUSIVE',
    work: 'rewrites',
  },
  {
    shape: /^SET SCHEMA /,
    lock: 'ACCESS EXCLUSIVE',
    also: [[BREAKS, 'what names {} fails, where its new schema is not in the search_path']],
  },
  {
    shape: /^ATTACH PARTITION /,
    lock: 'SHARE UPDATE EXCLUSIVE',
    also: [
      [
        'scans-table',
        'every row of the new partition, and of a default one, is read; a valid CHECK constraint that says the same spares that',
      ],
      ['blocks-reads', 'reads of the new partition wait until that is done'],
      ['blocks-writes', 'writes to the new partition wait until that is done'],
      [CAN_FAIL, 'rows of the new partition may lie outside of its bounds'],
    ],
  },
  {
    shape: /^DETACH PARTITION .* CONCURRENTLY$/,
    lock: 'SHARE UPDATE EXCLUSIVE',
    also: [[BREAKS, 'what reads {} no longer sees the rows of the partition']],
  },
  {
    shape: /^DETACH PARTITION /,
    lock: 'ACCESS EXCLUSIVE',
    also: [[BREAKS, 'what reads {} no longer sees the rows of the partition']],
  },
  {
    shape: /^NO INHERIT /,
    lock: 'ACCESS EXCLUSIVE',
    also: [[BREAKS, 'what reads the parent no longer sees the rows of {}']],
  },
  { shape: /^(?:ENABLE|DISABLE) (?:ALWAYS |REPLICA )?TRIGGER /, lock: 'SHARE ROW EXCLUSIVE' },
  { shape: /^RENAME CONSTRAINT /, lock: 'ACCESS EXCLUSIVE' },
  {
    shape: /^RENAME TO /,
    lock: 'ACCESS EXCLUSIVE',
    also: [[BREAKS, 'what reads or writes {} by its old name fails']],
  },
  {
    shape: /^RENAME /,
    lock: 'ACCESS EXCLUSIVE',
    also: [[BREAKS, 'what reads or writes the column by its old name fails']],
  },
  {
    shape: /^(?:ENABLE|FORCE) ROW LEVEL SECURITY$/,
    lock: 'ACCESS EXCLUSIVE',
    also: [[BREAKS, 'rows of {} that no policy lets through disappear']],
  },
  {
    shape: /^(?:DISABLE|NO FORCE) ROW LEVEL SECURITY$/,
    lock: 'ACCESS EXCLUSIVE',
    also: [[WIDENS, 'rows of {} that a policy held back are seen']],
  },
  {
    shape: /^OWNER TO /,
    lock: 'ACCESS EXCLUSIVE',
    also: [[WIDENS, 'the new owner may do everything with {}']],
  },
  { shape: /^/, lock: 'ACCESS EXCLUSIVE' },
];

/** Whether an action adds a column. */
export const ADDS_COLUMN =
  /^ADD (?:COLUMN |(?!(?:CONSTRAINT|PRIMARY KEY|UNIQUE|FOREIGN KEY|CHECK|EXCLUDE|NOT NULL)(?: |$)))/;
