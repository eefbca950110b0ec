// How the values of a column are stored and sampled: what CREATE TABLE cannot say of it, and how
// it is changed.

import type { CatalogObject } from '../catalog-object.js';
import { isEqualData } from '../equal-data.js';
import type { Sides } from '../kind.js';
import { ownName } from '../object-id.js';
import { type Lock, type Statement, statement } from '../statement.js';
import { optionsChange } from '../tables/foreign-options.js';
import { alterRelation, lockAll, lockChanges, relationOf } from '../tables/relation-locks.js';
import { changeParameters } from '../tables/storage-parameters.js';
import { originOf } from '../tables/table-birth.js';
import { type ColumnDefinition, type ColumnSettings, NO_SETTINGS } from './column-definition.js';
import { type Aspect, isReached, onlyWord, type Reach, reachOf } from './column-reach.js';

type Column = CatalogObject<ColumnDefinition>;

/** Since then CREATE TABLE and ADD COLUMN have the word STORAGE. */
const STORAGE_INLINE_SINCE = 160_000;

export function settingsOf({ definition }: Column): ColumnSettings {
  return definition.settings ?? NO_SETTINGS;
}

/** The words of a column definition between the type and the collation. */
export function settingWords(column: Column, { serverVersion }: Sides): readonly string[] {
  const { storage, compression } = settingsOf(column);
  const isInline = storage !== null && serverVersion >= STORAGE_INLINE_SINCE;
  return [
    ...(isInline ? [`STORAGE ${storage}`] : []),
    ...(compression === null ? [] : [`COMPRESSION ${compression}`]),
  ];
}

/** What is left to set once the column is there. */
export function changeBornSettings(column: Column, sides: Sides): readonly Statement[] {
  return change(column, bornSettings(column, sides), settingsOf(column), () => 'alone');
}

/** The settings that a column has by the statement it comes with. */
function bornSettings(column: Column, sides: Sides): ColumnSettings {
  const own = settingsOf(column);
  const origin = originOf(column, sides);
  if (origin === undefined) {
    const isInline = sides.serverVersion >= STORAGE_INLINE_SINCE;
    return {
      ...NO_SETTINGS,
      storage: isInline ? own.storage : null,
      compression: own.compression,
      foreignOptions: own.foreignOptions,
    };
  }
  const { storage, usualStorage, compression, statistics } = settingsOf(origin);
  const taken = { ...NO_SETTINGS, storage, usualStorage, compression };
  // The target is not taken by a table that comes to be, but reaches a column that is added.
  const isAdded = column.parent !== null && !sides.isCreated(column.parent);
  return isAdded && reachOf(origin, statisticsOf, sides) === 'all'
    ? { ...taken, statistics }
    : taken;
}

/** From the settings a column has to those it shall have. */
export function changeSettings(
  before: Column,
  after: Column,
  sides: Sides,
  isRetyped: boolean,
): readonly Statement[] {
  const [old, wanted] = [settingsOf(before), settingsOf(after)];
  if (isRetyped) {
    // Another type brings its own storage and the default compression.
    const reset = { ...old, storage: null, compression: null };
    const alone = (aspect: Aspect): Reach =>
      reachOf(after, aspect, sides) === 'alone' ? 'alone' : 'only';
    return change(after, reset, wanted, alone);
  }
  if (isEqualData(old, wanted)) return [];
  return change(after, old, wanted, (aspect) =>
    isReached(after, aspect, sides) ? 'reached' : reachOf(after, aspect, sides),
  );
}

const storageOf: Aspect = (column) => settingsOf(column).storage;
const statisticsOf: Aspect = (column) => settingsOf(column).statistics;

function change(
  column: Column,
  old: ColumnSettings,
  wanted: ColumnSettings,
  reach: (aspect: Aspect) => Reach | 'reached',
): readonly Statement[] {
  const name = relationOf(column);
  const write = (action: string, locks: readonly Lock[], to: Reach = 'alone'): Statement =>
    statement(
      `${alterRelation(column.parent)}${onlyWord(to)} ${name} ALTER COLUMN ${ownName(column)} ${action}`,
      { locks },
    );
  const statements: Statement[] = [];
  const storage = old.storage === wanted.storage ? 'reached' : reach(storageOf);
  if (storage !== 'reached') {
    const way = wanted.storage ?? old.usualStorage ?? 'DEFAULT';
    statements.push(write(`SET STORAGE ${way}`, lockAll(name), storage));
  }
  if (old.compression !== wanted.compression) {
    statements.push(write(`SET COMPRESSION ${wanted.compression ?? 'default'}`, lockAll(name)));
  }
  const statistics = old.statistics === wanted.statistics ? 'reached' : reach(statisticsOf);
  if (statistics !== 'reached') {
    const target = `SET STATISTICS ${wanted.statistics ?? '-1'}`;
    statements.push(write(target, lockChanges(name), statistics));
  }
  const actions = [
    ...changeParameters(old.options, wanted.options),
    ...optionsChange(old.foreignOptions, wanted.foreignOptions),
  ];
  return [...statements, ...actions.map((action) => write(action, lockChanges(name)))];
}
