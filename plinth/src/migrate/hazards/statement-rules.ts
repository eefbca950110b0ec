// What statements other than ALTER TABLE do, by their shape. The first rule that fits counts.

import type { HazardRule } from './hazard-rule.js';

const BREAKS = 'breaks-code';
const LOSES = 'loses-data';
const CAN_FAIL = 'can-fail';
const WIDENS = 'widens-privileges';

const GONE_WITH_IT = 'CASCADE drops what stands on {}, without naming it';

const REINDEX = '^REINDEX (?:\\( [^)]*\\) )?';

export const STATEMENT_RULES: readonly HazardRule[] = [
  // What is dropped.
  {
    shape: /^DROP (?:FOREIGN )?TABLE /,
    lock: 'ACCESS EXCLUSIVE',
    also: [
      [LOSES, 'every row of {} is lost'],
      [BREAKS, 'what reads or writes {} fails'],
    ],
  },
  {
    shape: /^DROP (?:MATERIALIZED )?VIEW /,
    lock: 'ACCESS EXCLUSIVE',
    also: [[BREAKS, 'what reads {} fails']],
  },
  {
    shape: /^DROP INDEX CONCURRENTLY /,
    also: [[BREAKS, 'queries that used {} slow down; where it is unique, ON CONFLICT on it fails']],
  },
  {
    shape: /^DROP INDEX /,
    also: [
      [
        'blocks-reads',
        'reads of its table wait until it has the lock; DROP INDEX CONCURRENTLY lets them go on',
      ],
      ['blocks-writes', 'writes to its table wait until it has the lock'],
      [BREAKS, 'queries that used {} slow down; where it is unique, ON CONFLICT on it fails'],
    ],
  },
  {
    shape: /^DROP SEQUENCE /,
    lock: 'ACCESS EXCLUSIVE',
    also: [
      [LOSES, 'the position of {} is lost'],
      [BREAKS, 'what takes values from {} fails'],
    ],
  },
  {
    shape: /^DROP (?:SCHEMA|TYPE|DOMAIN|EXTENSION) .*CASCADE$/,
    also: [
      [LOSES, GONE_WITH_IT],
      [BREAKS, 'what names {} fails'],
    ],
  },
  { shape: /^DROP OWNED /, also: [[LOSES, 'everything that {} owns is lost']] },
  {
    shape:
      /^DROP (?:SCHEMA|TYPE|DOMAIN|EXTENSION|FUNCTION|PROCEDURE|ROUTINE|AGGREGATE|OPERATOR|CAST|ROLE|USER) /,
    also: [[BREAKS, 'what names {} fails']],
  },
  {
    shape: /^DROP TRIGGER /,
    lock: 'ACCESS EXCLUSIVE',
    also: [[BREAKS, 'what the trigger did no longer happens']],
  },
  {
    shape: /^DROP POLICY /,
    lock: 'ACCESS EXCLUSIVE',
    also: [
      [BREAKS, 'rows that only this policy let through disappear, where it is permissive'],
      [WIDENS, 'rows that it held back are seen, where it is restrictive'],
    ],
  },
  // What is done to rows.
  {
    shape: /^TRUNCATE /,
    lock: 'ACCESS EXCLUSIVE',
    also: [[LOSES, 'every row of {} is lost']],
  },
  {
    shape: /^DELETE FROM (?!.* WHERE )/,
    lock: 'ROW EXCLUSIVE',
    also: [[LOSES, 'every row of {} is lost: there is no WHERE']],
  },
  {
    shape: /^UPDATE (?!.* WHERE )/,
    lock: 'ROW EXCLUSIVE',
    also: [
      ['rewrites-table', 'every row of {} is written anew: there is no WHERE'],
      [
        'blocks-writes',
        'writes to rows of {} wait until the transaction ends; batches in a .ts revision hold fewer rows',
      ],
    ],
  },
  { shape: /^(?:DELETE|UPDATE|INSERT|MERGE) /, lock: 'ROW EXCLUSIVE' },
  // What is built or arranged anew.
  {
    shape: /^CREATE UNIQUE INDEX CONCURRENTLY /,
    lock: 'SHARE UPDATE EXCLUSIVE',
    work: 'scans',
    also: [[CAN_FAIL, 'fails where two rows of {} have the same keys']],
  },
  { shape: /^CREATE INDEX CONCURRENTLY /, lock: 'SHARE UPDATE EXCLUSIVE', work: 'scans' },
  {
    shape: /^CREATE UNIQUE INDEX /,
    lock: 'SHARE',
    work: 'scans',
    instead: 'CREATE UNIQUE INDEX CONCURRENTLY lets them go on',
    also: [[CAN_FAIL, 'fails where two rows of {} have the same keys']],
  },
  {
    shape: /^CREATE INDEX /,
    lock: 'SHARE',
    work: 'scans',
    instead: 'CREATE INDEX CONCURRENTLY lets them go on',
  },
  {
    shape: new RegExp(`${REINDEX}[A-Z]+ CONCURRENTLY |^REINDEX \\( (?:[^)]* )?CONCURRENTLY[ )]`),
    also: [['scans-table', 'every row behind {} is read, while reads and writes go on']],
  },
  {
    shape: /^REINDEX /,
    also: [
      ['scans-table', 'every row behind {} is read'],
      [
        'blocks-reads',
        'reads that would use the index wait until it is built; CONCURRENTLY lets them go on',
      ],
      ['blocks-writes', 'writes wait until the index is built'],
    ],
  },
  { shape: /^CLUSTER(?: |$)/, lock: 'ACCESS EXCLUSIVE', work: 'rewrites' },
  {
    shape: /^VACUUM (?:FULL(?: |$)|\( (?:[^)]* )?FULL(?! (?:FALSE|OFF|0))(?: |$))/,
    lock: 'ACCESS EXCLUSIVE',
    work: 'rewrites',
  },
  {
    shape: /^REFRESH MATERIALIZED VIEW CONCURRENTLY /,
    lock: 'EXCLUSIVE',
  },
  {
    shape: /^REFRESH MATERIALIZED VIEW .* WITH NO DATA$/,
    lock: 'ACCESS EXCLUSIVE',
    also: [
      [LOSES, 'every row of {} is lost, until it is refreshed'],
      [BREAKS, 'what reads {} fails until it is refreshed'],
    ],
  },
  {
    shape: /^REFRESH MATERIALIZED VIEW /,
    lock: 'ACCESS EXCLUSIVE',
    also: [
      ['rewrites-table', 'every row of {} is computed anew'],
      [
        'blocks-reads',
        'reads of {} wait until that is done; REFRESH … CONCURRENTLY lets them go on',
      ],
    ],
  },
  {
    shape: /^LOCK .* IN (?:ACCESS|ROW) SHARE MODE|^LOCK .* IN (?:ROW|SHARE UPDATE) EXCLUSIVE MODE/,
  },
  {
    shape: /^LOCK .* IN (?:SHARE|SHARE ROW EXCLUSIVE|EXCLUSIVE) MODE/,
    also: [['blocks-writes', 'writes to {} wait until the transaction ends']],
  },
  {
    shape: /^LOCK /,
    lock: 'ACCESS EXCLUSIVE',
    also: [
      ['blocks-reads', 'reads of {} wait until the transaction ends'],
      ['blocks-writes', 'writes to {} wait until the transaction ends'],
    ],
  },
  // What changes, beside tables.
  { shape: /^CREATE TABLE .* PARTITION OF /, lock: 'ACCESS EXCLUSIVE' },
  { shape: /^CREATE (?:OR REPLACE )?(?:CONSTRAINT )?TRIGGER /, lock: 'SHARE ROW EXCLUSIVE' },
  {
    shape: /^ALTER TYPE .* RENAME VALUE /,
    also: [[BREAKS, 'what reads or writes the value by its old name fails']],
  },
  {
    shape: /^ALTER TYPE .* DROP ATTRIBUTE /,
    also: [
      [LOSES, 'every value of the attribute is lost'],
      [BREAKS, 'what names the attribute fails'],
    ],
  },
  {
    shape: /^ALTER DOMAIN .*(?: NOT VALID$)/,
  },
  {
    shape: /^ALTER DOMAIN .* (?:ADD|SET NOT NULL|VALIDATE CONSTRAINT)(?: |$)/,
    also: [
      ['scans-table', 'every table that has a column of {} is read'],
      [CAN_FAIL, 'fails where a value that exists does not fulfil it'],
    ],
  },
  { shape: /^ALTER INDEX .* RENAME TO /, lock: 'SHARE UPDATE EXCLUSIVE' },
  {
    shape: /^ALTER (?:INDEX|MATERIALIZED VIEW) .* SET TABLESPACE /,
    lock: 'ACCESS EXCLUSIVE',
    work: 'rewrites',
  },
  {
    shape: /^ALTER (?!TABLE)[^;]* RENAME (?:TO|COLUMN|ATTRIBUTE) /,
    also: [[BREAKS, 'what uses it by its old name fails']],
  },
  {
    shape: /^ALTER (?!TABLE)[^;]* SET SCHEMA /,
    also: [[BREAKS, 'what names {} fails, where its new schema is not in the search_path']],
  },
  {
    shape: /^ALTER (?!TABLE)[^;]* OWNER TO /,
    also: [[WIDENS, 'the new owner may do everything with {}']],
  },
  // Who may do what.
  { shape: /^GRANT /, also: [[WIDENS, 'who is named may do what they could not']] },
  { shape: /^REVOKE /, also: [[BREAKS, 'who is named may no longer do it']] },
  {
    shape: /^CREATE POLICY .* AS RESTRICTIVE /,
    lock: 'ACCESS EXCLUSIVE',
    also: [[BREAKS, 'rows of {} that the policy does not let through disappear']],
  },
  {
    shape: /^CREATE POLICY /,
    lock: 'ACCESS EXCLUSIVE',
    also: [
      [WIDENS, 'rows of {} that the policy lets through are seen, beside those of other policies'],
    ],
  },
  {
    shape: /^ALTER POLICY /,
    lock: 'ACCESS EXCLUSIVE',
    also: [[WIDENS, 'rows of {} that the policy lets through now are seen']],
  },
  {
    shape: /^(?:CREATE|ALTER) (?:ROLE|USER|GROUP) (?:.* )?(?:SUPERUSER|BYPASSRLS)(?: |$)/,
    also: [[WIDENS, '{} may do everything, or see every row']],
  },
  {
    shape: /^CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE) .* SECURITY DEFINER/,
    also: [[WIDENS, "everyone may call it, and it acts with its owner's rights"]],
  },
];
