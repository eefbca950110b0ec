import { fileURLToPath } from 'node:url';
import { defineConfig } from 'plinth';
import { ALL_TENANTS } from './service/src/db/all-tenants.js';
import { retentionClasses, retentionTimesOf } from './service/src/retention-classes.js';

// The reference backend's database and history, so that `npx plinth …` works in this folder.
export default defineConfig({
  url: process.env.MIGRATION_DATABASE_URL || process.env.DATABASE_URL || 'pglite://./.plinth/data',
  revisions: './service/revisions',
  extensions: ['vector'],
  schema: ['./service/src/db/schema.ts', './service/src/db/*.sql'],
  tenants: ALL_TENANTS,
  retention: { classes: retentionClasses(retentionTimesOf(process.env)) },
  secrets: {
    keyEncryption: async () => {
      const { serviceKeyEncryption } = await import('./service/src/key-encryption.js');
      return await serviceKeyEncryption(process.env, fileURLToPath(new URL('.', import.meta.url)));
    },
  },
});
