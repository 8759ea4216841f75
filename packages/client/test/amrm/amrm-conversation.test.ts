/** AMRMConversation beyond what AMRMClient's tests show: who is in charge, what an attempt that was given up may know, and news that never cease. */
import { ApplicationAttemptNotFoundError, silentLogger, UnreachableError, type AllocateResponse } from '@bobbin/common';
import { ControlledClock } from '@bobbin/common/testing';
import { AllocateBook, AMRMConversation, type AllocationSource } from '../../src/index.js';
import { ScriptedRM } from '../../src/testing/index.js';
import { settle } from '../support/settle.js';

async function aConversation() {
  const clock = new ControlledClock();
  const rm = new ScriptedRM({ clock });
  const book = new AllocateBook();
  const answers: AllocateResponse[] = [];
  const source: AllocationSource = {
    takeNews: () => book.takeNews(),
    untake: (news) => book.untake(news),
    hasUrgentNews: () => book.hasUrgentNews(),
    resync: () => book.resync(),
    registered: () => undefined,
    answered: (answer) => void answers.push(answer),
    refused: () => undefined,
    lost: () => undefined,
    progress: () => 0,
  };
  const conversation = new AMRMConversation(
    { rm: rm.connection(), clock, log: silentLogger, source },
    { heartbeatIntervalMs: 1000, connectionWaitMs: 60_000 },
  );
  await conversation.start({ host: 'am', rpcPort: 1, trackingUrl: '' });
  await settle();
  return { clock, rm, book, answers, conversation };
}

const row = {
  priority: 0,
  allocationRequestId: -1,
  resourceName: '*',
  capability: { memoryMb: 1, vcores: 1 },
  executionType: 'GUARANTEED',
  relaxLocality: true,
} as const;

test('news that never cease do not keep the answers away', async () => {
  const { rm, book, answers, conversation } = await aConversation();
  rm.grantsAtOnce = true;
  for (let i = 0; i < 200; i++) {
    book.change(row, 1);
    conversation.poke();
    // Sooner than any answer could be heard.
    await Promise.resolve();
  }
  expect(answers.length).toBeGreaterThan(10);
  expect(answers.some(({ allocatedContainers }) => allocatedContainers.length > 0)).toBe(true);
  await conversation.stop();
});

test('an attempt is in charge while it was heard lately; who asks later waits for the next answer, or for the end', async () => {
  const { clock, rm, conversation } = await aConversation();
  expect(await conversation.isInCharge(10_000)).toBe(true);
  for (let i = 0; i < 20; i++) rm.spoil('allocate', 'LOSE_REQUEST');
  clock.advance(1000);
  await settle();
  clock.advance(20_000);
  const asked = conversation.isInCharge(10_000);
  for (let i = 0; i < 25; i++) {
    clock.advance(1000);
    await settle();
  }
  expect(await asked).toBe(true);
  clock.advance(20_000);
  const last = conversation.isInCharge(10_000);
  rm.endAttempt();
  await settle();
  expect(await last).toBe(false);
});

test('an answer is as old as its question: one that waited for a sleeping process is no proof', async () => {
  const { clock, rm, conversation, answers } = await aConversation();
  const heard = answers.length;
  const askedAtMs = clock.monotonic();
  clock.advance(500);
  rm.complete(rm.grantUnasked(row).id);
  await settle();
  expect(answers.length).toBeGreaterThan(heard);
  expect(conversation.lastHeardAtMs()).toBeLessThanOrEqual(askedAtMs + 500);
  await conversation.stop();
});

const unknown = new ApplicationAttemptNotFoundError('this attempt');

test.each<[string, Error | undefined, Error | undefined, boolean, boolean]>([
  ['an attempt the RM knows does not ask: the application goes on', undefined, undefined, false, false],
  ['forgotten, with the application at its end: nobody comes after it', unknown, undefined, true, true],
  ['forgotten, with another attempt to come', unknown, unknown, false, false],
  ['nothing is heard', new UnreachableError('refused'), undefined, false, false],
])('%s', async (_, allocateFails, finishFails, isOver, finishes) => {
  const { rm, clock, conversation } = await aConversation();
  if (allocateFails) rm.spoil('allocate', allocateFails);
  for (let i = 0; finishFails && i < 10; i++) rm.spoil('finishApplicationMaster', finishFails);
  const answer = conversation.isApplicationOver();
  for (let i = 0; i < 10; i++) {
    await settle();
    clock.advance(25);
  }
  expect(await answer).toBe(isOver);
  expect(rm.finished !== undefined).toBe(finishes);
});
