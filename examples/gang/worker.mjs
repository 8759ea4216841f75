/** One of a gang: meets the others, then passes a sum around the ring. Exits with 0 where it comes back right. */
import { createServer } from 'node:http';
import { hostname } from 'node:os';

const { RANK, SIZE, TRY, MEET_AT, NM_HOST } = process.env;
const rank = Number(RANK);
const size = Number(SIZE);

let arrived;
const sum = new Promise((resolve) => (arrived = resolve));
const server = createServer((call, response) => {
  arrived(Number(new URL(call.url, 'http://worker').searchParams.get('sum')));
  response.end();
});
await new Promise((resolve) => server.listen(0, resolve));

const address = `${NM_HOST}:${server.address().port}`;
const answer = await fetch(`${MEET_AT}?try=${TRY}&rank=${rank}&address=${address}`);
if (!answer.ok) throw new Error(await answer.text());
const others = await answer.json();
console.log(`rank ${rank} on ${hostname()} knows ${others.join(', ')}`);

const next = `http://${others[(rank + 1) % size]}/`;
if (rank === 0) await fetch(`${next}?sum=0`);
const total = (await sum) + rank;
if (rank !== 0) await fetch(`${next}?sum=${total}`);
else console.log(`the ranks add up to ${total}`);
server.close();
process.exitCode = rank === 0 && total !== (size * (size - 1)) / 2 ? 1 : 0;
