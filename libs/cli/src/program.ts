import { Command } from 'commander';
import { addBenchmark } from './verbs/benchmark';
import { addCorrelate } from './verbs/correlate';
import { addDemo } from './verbs/demo';
import { addDoctor } from './verbs/doctor';
import { addExport } from './verbs/export';
import { addScore } from './verbs/score';
import { addSearch } from './verbs/search';
import { addServe } from './verbs/serve';
import { addSweep } from './verbs/sweep';
import { addTrain } from './verbs/train';
import { VERSION } from './version';

/** The whole command line. */
export function createProgram(): Command {
  const program = new Command('gradsign')
    .description('zero-cost neural architecture search')
    .version(VERSION)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'INVALID_ARGUMENT: ')) });
  addServe(program);
  addScore(program);
  addExport(program);
  addSweep(program);
  addCorrelate(program);
  addBenchmark(program);
  addTrain(program);
  addSearch(program);
  addDemo(program);
  addDoctor(program);
  inheritSettings(program);
  return program;
}

/** Verbs do not inherit what was set on the program before they were added. */
function inheritSettings(parent: Command): void {
  for (const verb of parent.commands) {
    verb.exitOverride().copyInheritedSettings(parent);
    inheritSettings(verb);
  }
}
