/** Jest reporter: writes the runner's own figures as the one line that CI reads (`N passed, N failed`). */
import { writeFileSync } from 'node:fs';

export default class JestFigures {
  onRunComplete(_contexts, results) {
    const broken = results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const line = `${results.numPassedTests} passed, ${results.numFailedTests + broken} failed`;
    writeFileSync('test-results.json', JSON.stringify({ line: skipped > 0 ? `${line}, ${skipped} skipped` : line }));
  }
}
