#!/usr/bin/env node
// The name `plinth` on the command line; the compiled program does the work.
import module from 'node:module';

// Node 22 and later can keep what they have compiled for the next start.
module.enableCompileCache?.();
await import('../dist/cli/bin.js');
