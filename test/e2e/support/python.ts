/** A Python with stock grpcio, in a virtual environment below node_modules; made once, where Python and its package index can be had. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { repository } from './bobbin.js';

const PACKAGES = ['grpcio', 'grpcio-tools'];

/** Path of the interpreter, or why there is none. */
export function pythonWithGrpc(): { readonly python: string } | { readonly missing: string } {
  const folder = join(repository, 'node_modules', '.cache', 'bobbin-python');
  const python = join(folder, 'bin', 'python');
  const run = (file: string, ...args: string[]) => execFileSync(file, args, { stdio: 'pipe', timeout: 180_000 });
  const hasPackages = (): boolean => {
    try {
      run(python, '-c', 'import grpc, grpc_tools');
      return true;
    } catch {
      return false;
    }
  };
  try {
    if (!hasPackages()) {
      run('python3', '-m', 'venv', folder);
      run(python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES);
    }
    return { python };
  } catch (error) {
    return {
      missing: `${PACKAGES.join(' and ')} cannot be installed for Python here: ${String(error).split('\n')[0]}`,
    };
  }
}
