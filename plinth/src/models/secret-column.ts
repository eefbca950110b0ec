// The Drizzle column that encrypted values and blind indexes have. It takes nothing else, whatever
// TypeScript was told, and it encrypts nothing itself.

import { entityKind } from 'drizzle-orm';
import { PgColumn, PgColumnBuilder, type PgTable } from 'drizzle-orm/pg-core';
import { PlinthError } from '../errors/index.js';
import { type BlindIndex, type Ciphertext, readEnvelope, type SecretKind } from './envelope.js';

type ColumnConfig = ConstructorParameters<typeof PgColumn>[1];

/** What is said of such a column, beside its name. */
export interface SecretRule {
  readonly kind: SecretKind;
  /** What takes the place of `table.column` in what values are bound to. */
  readonly context: string | undefined;
  /** Name of the column that says whose a row is. */
  readonly tenant: string | undefined;
  /** Names of the columns that say which row of its tenant it is. */
  readonly row: readonly string[] | undefined;
  /** Of a blind index: the name of the column whose values it stands for. */
  readonly of: string | undefined;
  readonly normalize: ((plaintext: string) => string) | undefined;
}

/** Types of `encrypted()`. */
export interface EncryptedConfig {
  name: string;
  dataType: 'custom';
  columnType: 'PlinthEncrypted';
  data: Ciphertext;
  driverParam: string;
  enumValues: undefined;
}

/** Types of `blindIndex()`. */
export interface BlindIndexConfig {
  name: string;
  dataType: 'custom';
  columnType: 'PlinthBlindIndex';
  data: BlindIndex;
  driverParam: string;
  enumValues: undefined;
}

type SecretConfig = EncryptedConfig | BlindIndexConfig;

export class SecretColumnBuilder<Config extends SecretConfig> extends PgColumnBuilder<
  Config,
  { rule: SecretRule }
> {
  static override readonly [entityKind]: string = 'PlinthSecretColumnBuilder';

  constructor(name: Config['name'], columnType: Config['columnType'], rule: SecretRule) {
    super(name, 'custom', columnType);
    this.config.rule = rule;
  }

  /** Called by `pgTable`. */
  build(table: PgTable): SecretColumn {
    return new SecretColumn(table, this.config, this.config.rule);
  }
}

export class SecretColumn extends PgColumn {
  static override readonly [entityKind]: string = 'PlinthSecretColumn';
  readonly rule: SecretRule;

  constructor(table: PgTable, config: ColumnConfig, rule: SecretRule) {
    super(table, config);
    this.rule = rule;
  }

  override getSQLType(): string {
    return 'text';
  }

  /** @throws PlinthError SECRET_ENVELOPE_INVALID for what is neither NULL nor of this column's kind. */
  override mapToDriverValue(value: unknown): unknown {
    if (value === null || readEnvelope(this.rule.kind, value) !== undefined) return value;
    const { name, rule } = this;
    const what = rule.kind === 'encrypted' ? 'encrypted values' : 'blind indexes';
    // The value is not told: it may be the very plaintext.
    throw new PlinthError(
      'SECRET_ENVELOPE_INVALID',
      `the column ${name} takes ${what}, and was given something else`,
      { hint: HINTS[rule.kind], details: { column: name } },
    );
  }
}

const HINTS: Readonly<Record<SecretKind, string>> = {
  encrypted: 'Encrypt it first: keyring.seal(column, { tenant, row }, plaintext).',
  'blind-index': 'Make it first: keyring.blindIndex(column, { tenant }, plaintext).',
};
