/** YarnClient over an RM of which only the calls under test answer. */
import {
  ApplicationNotFoundError,
  Configuration,
  type ApplicationClientProtocol,
  type ApplicationReport,
} from '@bobbin/common';
import { applicationSubmissionContext, containerLaunchContext, YarnClient } from '../src/index.js';
import { anApplication, app, fakeRM, ImpatientClock } from './support/fakes.js';

const context = applicationSubmissionContext({
  applicationId: app,
  amContainerSpec: containerLaunchContext({ commands: ['sleep 1'] }),
  resource: { memoryMb: 256, vcores: 1 },
});

function aClient(rm: Partial<ApplicationClientProtocol>): YarnClient {
  const all = { ...rm, close: () => undefined } as ApplicationClientProtocol & { close(): void };
  return new YarnClient({ rm: all, conf: Configuration.fromProperties({}), clock: new ImpatientClock() });
}

test('a submission is over when a queue has accepted the application', async () => {
  const submitted: unknown[] = [];
  const rm = fakeRM([anApplication({ state: 'NEW' }), anApplication({ state: 'SUBMITTED' }), anApplication()]);
  const client = aClient({ ...rm, submitApplication: async (request) => (submitted.push(request), {}) });
  expect(await client.submitApplication(context)).toMatchObject({ state: 'ACCEPTED' });
  expect(submitted).toEqual([{ applicationSubmissionContext: context }]);
});

test('an RM that was restarted before it had stored the application is given it again', async () => {
  let submissions = 0;
  const client = aClient({
    submitApplication: async () => (submissions++, {}),
    getApplicationReport: async () => {
      if (submissions < 2) throw new ApplicationNotFoundError(app);
      return { applicationReport: anApplication() };
    },
  });
  await client.submitApplication(context);
  expect(submissions).toBe(2);
});

test('an application that a queue refuses rejects with what the RM says', async () => {
  const rm = fakeRM([anApplication({ state: 'FAILED', diagnostics: 'no such queue' })]);
  const client = aClient({ ...rm, submitApplication: async () => ({}) });
  await expect(client.submitApplication(context)).rejects.toThrow(
    `Failed to submit ${app} to YARN, it is FAILED : no such queue`,
  );
});

test('who watches an application sees each state once, to the end', async () => {
  const states = ['ACCEPTED', 'RUNNING', 'RUNNING', 'FINISHED'] as const;
  const client = aClient(fakeRM(states.map((state): ApplicationReport => anApplication({ state }))));
  const seen: string[] = [];
  for await (const { state } of client.watchApplication(app)) seen.push(state);
  expect(seen).toEqual(['ACCEPTED', 'RUNNING', 'FINISHED']);
});
