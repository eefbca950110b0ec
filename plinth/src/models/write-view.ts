// Views and materialized views, each after those it names.

import { is } from 'drizzle-orm';
import {
  getMaterializedViewConfig,
  getViewConfig,
  type PgMaterializedView,
  PgView,
} from 'drizzle-orm/pg-core';
import { isSignificant, quoteIdentifier, tokenize, unquoteIdentifier } from '../sql/index.js';
import { writeQuery } from './expression.js';
import type { Located } from './model-file.js';
import { checkLength, qualify } from './names.js';
import { writeParameters } from './write-index.js';

export type ViewModel = PgView | PgMaterializedView;

export interface ReadView {
  readonly name: string;
  readonly schema: string | undefined;
  readonly isMaterialized: boolean;
  /** None for a view that exists without the models. */
  readonly query: string | undefined;
  /** What stands between the name and AS. */
  readonly options: readonly string[];
  /** What stands after the query. */
  readonly end: string;
}

export function readView(view: ViewModel): ReadView {
  if (is(view, PgView)) {
    const { name, schema, query, with: parameters } = getViewConfig(view);
    const { checkOption, ...others } = parameters ?? {};
    return {
      name,
      schema,
      isMaterialized: false,
      query: query && writeQuery(query),
      options: writeParameters(others),
      end: checkOption === undefined ? '' : `\nWITH ${checkOption.toUpperCase()} CHECK OPTION`,
    };
  }
  const config = getMaterializedViewConfig(view);
  const { name, schema, query, using, tablespace, withNoData } = config;
  return {
    name,
    schema,
    isMaterialized: true,
    query: query && writeQuery(query),
    options: [
      ...(using === undefined ? [] : [`USING ${quoteIdentifier(using)}`]),
      ...writeParameters(config.with ?? {}),
      ...(tablespace === undefined ? [] : [`TABLESPACE ${quoteIdentifier(tablespace)}`]),
    ],
    end: withNoData === true ? '\nWITH NO DATA' : '',
  };
}

/** CREATE VIEW; `undefined` for a view that exists already. */
export function writeView(view: ReadView): string | undefined {
  const { name, schema, isMaterialized, query, options, end } = view;
  const word = isMaterialized ? 'MATERIALIZED VIEW' : 'VIEW';
  checkLength(name, 'view');
  if (query === undefined) return undefined;
  return `${[`CREATE ${word} ${qualify(schema, name)}`, ...options].join(' ')} AS\n${query}${end}`;
}

/** In the order in which they can be created. */
export function orderViews(views: readonly Located<ReadView>[]): readonly Located<ReadView>[] {
  const byName = new Map<string, Located<ReadView>[]>();
  for (const view of views) {
    byName.set(view.model.name, [...(byName.get(view.model.name) ?? []), view]);
  }
  const ordered = new Set<Located<ReadView>>();
  const entered = new Set<Located<ReadView>>();
  const visit = (view: Located<ReadView>): void => {
    // A circle can only be one of names that mean something else.
    if (entered.has(view)) return;
    entered.add(view);
    for (const name of namesIn(view.model.query ?? '')) byName.get(name)?.forEach(visit);
    ordered.add(view);
  };
  views.forEach(visit);
  return [...ordered];
}

function namesIn(query: string): ReadonlySet<string> {
  const names = tokenize(query)
    .filter(isSignificant)
    .flatMap(({ kind, text }) => {
      if (kind === 'word') return [text.toLowerCase()];
      return kind === 'quoted-identifier' ? [unquoteIdentifier(text)] : [];
    });
  return new Set(names);
}
