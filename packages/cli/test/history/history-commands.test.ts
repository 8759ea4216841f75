/** `bobbin history`: files of ours and of Hadoop are shown, exported; torn ones too, and it is said. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  doneSubdirectory,
  HistoryEncoder,
  historyFileName,
  jobHistoryKeys,
  JobInfo,
  mrAmKeys,
  parseJhist,
  type HistoryEvent,
  type JobId,
} from '@bobbin/common';
import { tempDir } from '@bobbin/common/testing';
import { makeProgram } from '../../src/program.js';
import { recordingIO } from '../support/recording-io.js';

const samples = join(__dirname, '../../../common/test/data/history');
const wordCount = join(samples, 'hadoop-3.4.2-wordcount-succeeded.json.jhist');
const failed = join(samples, 'hadoop-3.4.2-terasort-failed.binary.jhist');

const PORT = 38299;
/** Lines without the ports of trackers, which Hadoop does not keep, and without the width they take. */
const withoutPorts = (lines: string[]): string[] =>
  lines.map((line) => line.replaceAll(`:${PORT}`, '').replaceAll(/ +/g, ' '));

async function run(...args: string[]): Promise<{ readonly out: string[]; readonly err: string[] }> {
  const io = recordingIO({ HADOOP_USER_NAME: 'root' });
  await makeProgram(io, '0', () => undefined).parseAsync(['history', ...args], { from: 'user' });
  return { out: io.printed, err: io.warned };
}

/** What Hadoop's file tells, in a file of ours: trackers have a port. */
function ours(file: string): {
  readonly text: string;
  readonly jobId: JobId;
  readonly events: readonly HistoryEvent[];
} {
  const { jobId, events: theirs } = parseJhist(readFileSync(file));
  const events = theirs.map((event) =>
    'trackerName' in event ? { ...event, trackerName: `${event.trackerName}:${PORT}` } : event,
  );
  const encoder = new HistoryEncoder(jobId);
  const lines = [encoder.header(), ...events.map((event) => encoder.encode(event))];
  return { text: lines.join('\n') + '\n', jobId, events };
}

describe('show', () => {
  test('tells job, tasks, attempts and counters of a file that Hadoop wrote', async () => {
    const { out, err } = await run('show', wordCount);
    expect(err).toEqual([]);
    expect(out).toEqual(
      expect.arrayContaining([
        'Name: word count',
        'State: SUCCEEDED',
        'Maps: 2 of 2 succeeded',
        'Reduces: 1 of 1 succeeded',
        '\t\tReduce output records=21198',
      ]),
    );
    expect(out.filter((line) => /^ *task_\S+_[mr]_\d+\tSUCCEEDED/.test(line.replaceAll(' ', '')))).toHaveLength(3);
    expect(out.join('\n')).not.toContain('What went wrong');
  });

  test('tells what went wrong in the words of each attempt', async () => {
    const { out } = await run('show', failed);
    const from = out.indexOf('What went wrong:');
    expect(from).toBeGreaterThan(0);
    expect(out.slice(from).join('\n')).toMatch(/attempt_\S+ FAILED on localhost\n\t\tError: /);
    expect(out).toContain('State: FAILED');
  });

  test('a file of ours says the same as the one of Hadoop it was made from', async () => {
    using dir = tempDir();
    const file = join(dir.path, 'ours.jhist.jsonl');
    for (const sample of [wordCount, failed]) {
      writeFileSync(file, ours(sample).text);
      expect(withoutPorts((await run('show', file)).out)).toEqual(withoutPorts((await run('show', sample)).out));
    }
  });

  test('a torn tail is said, and what stands before it is shown', async () => {
    using dir = tempDir();
    const file = join(dir.path, 'torn.jhist.jsonl');
    writeFileSync(file, ours(wordCount).text.slice(0, -20));
    const { out, err } = await run('show', file);
    expect(err.join()).toMatch(/is incomplete, line \d+: the last line is incomplete/);
    expect(out).toContain('State: RUNNING');
  });

  test('--json is one value, with attempts inside their tasks', async () => {
    const [line = ''] = (await run('show', wordCount, '--json')).out;
    const told = JSON.parse(line) as { status: string; tasks: { attempts: { state: string }[] }[] };
    expect(told.status).toBe('SUCCEEDED');
    expect(told.tasks.map(({ attempts }) => attempts.map(({ state }) => state))).toEqual([
      ['SUCCEEDED'],
      ['SUCCEEDED'],
      ['SUCCEEDED'],
    ]);
  });

  test('a job is found by its id: in the done folder, and in its staging folder while it runs', async () => {
    using dir = tempDir();
    const { text, jobId } = ours(wordCount);
    const done = join(dir.path, 'done');
    const site = { [jobHistoryKeys.doneDir.name]: done, [mrAmKeys.stagingDir.name]: join(dir.path, 'staging') };
    writeFileSync(join(dir.path, 'bobbin.json'), JSON.stringify(site));
    const staging = join(dir.path, 'staging', 'root', '.staging', jobId);
    mkdirSync(staging, { recursive: true });
    const lines = text.split('\n');
    writeFileSync(join(staging, `${jobId}_1.jhist.jsonl`), lines.slice(0, 3).join('\n') + '\n');
    writeFileSync(join(staging, `${jobId}_2.jhist.jsonl`), lines.slice(0, 8).join('\n') + '\n');
    expect((await run('show', jobId, '--config', dir.path)).out).toEqual(
      expect.arrayContaining(['State: RUNNING', 'Maps: 0 of 2 succeeded']),
    );
    const folder = join(done, doneSubdirectory(jobId, 1));
    mkdirSync(folder, { recursive: true });
    const times = { submitTimeMs: 1, startTimeMs: 1, finishTimeMs: 1 };
    const index = { jobId, user: 'root', jobName: 'w', numMaps: 2, numReduces: 1, status: 'SUCCEEDED', queue: 'q' };
    writeFileSync(join(folder, historyFileName({ ...index, ...times })), text);
    expect((await run('show', jobId, '--config', dir.path)).out).toContain('State: SUCCEEDED');
  });

  test('what is neither a file nor a job is refused by name', async () => {
    using dir = tempDir();
    writeFileSync(join(dir.path, 'bobbin.json'), '{}');
    await expect(run('show', './none.jhist')).rejects.toThrow("there is no file './none.jhist'");
    await expect(run('show', 'job_1_0001', '--config', dir.path)).rejects.toThrow(
      'there is no history of job job_1_0001',
    );
    await expect(run('show', __filename)).rejects.toThrow(`cannot read job history '${__filename}'`);
  });
});

describe('export', () => {
  test.each(['json', 'binary'])('%s: a file of ours as Hadoop would have written it', async (format) => {
    using dir = tempDir();
    const source = join(dir.path, 'ours.jhist.jsonl');
    const target = join(dir.path, 'theirs.jhist');
    writeFileSync(source, ours(wordCount).text);
    const { out } = await run('export', source, '--format', format, '--output', target);
    expect(out).toEqual([`Wrote 18 events to ${target}`]);
    const infoOf = (file: string): JobInfo => {
      const { jobId, events } = parseJhist(readFileSync(file));
      const info = new JobInfo(jobId);
      events.forEach((event) => info.add(event));
      return info;
    };
    expect(infoOf(target)).toEqual(infoOf(wordCount));
  });

  test('display names of counters are those of Hadoop', async () => {
    using dir = tempDir();
    const target = join(dir.path, 'again.jhist');
    await run('export', wordCount, '--format', 'json', '--output', target);
    const names = (file: string): string[] => [
      ...new Set(readFileSync(file, 'utf8').match(/"name":"[^"]*","displayName":"[^"]*"/g)),
    ];
    expect(names(target).sort()).toEqual(names(wordCount).sort());
  });

  test('nothing is overwritten', async () => {
    using dir = tempDir();
    const target = join(dir.path, 'there.jhist');
    writeFileSync(target, 'mine');
    await expect(run('export', wordCount, '--output', target)).rejects.toThrow(`'${target}' cannot be written`);
    expect([readFileSync(target, 'utf8'), readdirSync(dir.path)]).toEqual(['mine', ['there.jhist']]);
  });
});

describe('replay', () => {
  test('drives the machines to the end the file tells', async () => {
    for (const [file, state] of [
      [wordCount, 'SUCCEEDED'],
      [failed, 'FAILED'],
    ] as const) {
      const { out } = await run('replay', file);
      expect(out).toEqual([
        expect.stringMatching(new RegExp(`^Replayed \\d+ events in \\d+ steps; the job is ${state}`)),
      ]);
    }
  });

  test('--step prints record, event, entity and states, a line each', async () => {
    const { out } = await run('replay', wordCount, '--step');
    expect(out).toContain('2 JOB_SUBMITTED\tJOB_INIT\tjob_1795255153792_0001\tNEW > INITED');
    expect(out).toContain(
      '11 MAP_ATTEMPT_FINISHED\tTA_DONE\tattempt_1795255153792_0001_m_000001_0\tRUNNING > SUCCESS_FINISHING_CONTAINER',
    );
  });

  test('the first event that differs is an error that names it', async () => {
    using dir = tempDir();
    const file = join(dir.path, 'forged.jhist');
    const lines = readFileSync(wordCount, 'utf8').split('\n');
    writeFileSync(file, lines.filter((line) => !line.startsWith('{"type":"TASK_FINISHED"')).join('\n'));
    await expect(run('replay', file)).rejects.toThrow(/^event \d+, TASK_FINISHED of task_\S+, differs: /);
  });
});
