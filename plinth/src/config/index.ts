// The room for a project's plinth.config.ts: its shape, its check, its loading.

export { CONFIG_FILES, loadConfig, type Project } from './load-config.js';
export {
  DEFAULT_REVISIONS_FOLDER,
  defineConfig,
  type PlinthConfig,
  type PostWriteHook,
  type RetentionConfig,
  type SecretsConfig,
} from './plinth-config.js';
