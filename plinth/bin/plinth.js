#!/usr/bin/env node
// The name `plinth` on the command line; the compiled program does the work.
import '../dist/cli/bin.js';
