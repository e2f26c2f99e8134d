import { Command } from 'commander';
import { addExport } from './verbs/export';
import { addScore } from './verbs/score';
import { VERSION } from './version';

/** The whole command line. */
export function createProgram(): Command {
  const program = new Command('gradsign')
    .description('zero-cost neural architecture search')
    .version(VERSION)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'INVALID_ARGUMENT: ')) });
  addScore(program);
  addExport(program);
  // Verbs do not inherit what was set on the program before they were added.
  for (const verb of program.commands) verb.exitOverride().copyInheritedSettings(program);
  return program;
}
