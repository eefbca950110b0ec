// The room for secrets: keys, what encrypted values are bound to, and rotation. Columns for them are
// in the room of models.

export type { KeyCheck } from './check-keys.js';
export type { KeyOwner } from './data-keys.js';
export {
  generateKeyEncryptionKey,
  KEYS_VARIABLE,
  keyEncryptionFromEnv,
} from './environment-keys.js';
export type { DamagedDataKey } from './examine-keys.js';
export type { KeyContext, KeyEncryption } from './key-encryption.js';
export {
  type BlindIndexColumn,
  type EncryptedColumn,
  Keyring,
  type KeyringOptions,
  openKeyring,
  type SecretPlace,
  type SecretReading,
} from './keyring.js';
export type { SecretProblem } from './rotate/encrypt-again.js';
export {
  type ColumnStatus,
  type DataKeyStatus,
  type KeyEncryptionKeyStatus,
  type KeyState,
  type KeyStatus,
  type KeyStatusOptions,
  readKeyStatus,
} from './rotate/key-status.js';
export {
  type Rotation,
  type RotationOptions,
  type RotationProgress,
  rotateKeys,
} from './rotate/rotate-keys.js';
export type { RowId } from './row-id.js';
export type { SecretDatabase, SecretExecutor, SecretScope } from './secret-database.js';
