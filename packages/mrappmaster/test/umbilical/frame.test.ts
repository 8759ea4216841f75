/** The umbilical's framing: what goes in comes out however the stream is torn, and hostile bytes are named. */
import fc from 'fast-check';
import { encodeFrame, FrameDecoder, HANDSHAKE_FRAME_BYTES, type Frame } from '../../src/umbilical/frame.js';

const frames = fc.array(
  fc.dictionary(
    fc.string({ unit: 'grapheme' }).filter((key) => key !== '__proto__'),
    fc.jsonValue({ noUnicodeString: false }),
  ),
);

function decodeAll(decoder: FrameDecoder): Frame[] {
  const found: Frame[] = [];
  for (let frame = decoder.next(); frame; frame = decoder.next()) found.push(frame);
  return found;
}

function header(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
}

test('any frames, torn anywhere, arrive as they were sent', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.nat({ max: 40 })), (sent, cuts) => {
      const bytes = Buffer.concat(sent.map((frame) => encodeFrame(frame)));
      const decoder = new FrameDecoder(1 << 20);
      const received: Frame[] = [];
      let at = 0;
      for (const cut of [...cuts, bytes.length]) {
        decoder.push(bytes.subarray(at, at + cut));
        at += cut;
        received.push(...decodeAll(decoder));
      }
      expect(received).toEqual(JSON.parse(JSON.stringify(sent)));
    }),
  );
});

test('any bytes give frames or a UmbilicalProtocolError, and never more than the limit is buffered', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 64 })), (chunks) => {
      const decoder = new FrameDecoder(32);
      try {
        for (const chunk of chunks) {
          decoder.push(Buffer.from(chunk));
          decodeAll(decoder);
        }
      } catch (error) {
        expect((error as Error).name).toBe('UmbilicalProtocolError');
      }
    }),
  );
});

test.each([
  ['an empty frame', header(0), 'a frame announces 0 bytes; between 1 and 4096 are allowed'],
  ['a frame above the limit', header(4097), 'a frame announces 4097 bytes; between 1 and 4096 are allowed'],
  [
    'the longest length there is',
    header(0xffffffff),
    'a frame announces 4294967295 bytes; between 1 and 4096 are allowed',
  ],
  ['text that is no JSON', Buffer.concat([header(5), Buffer.from('GET /')]), "a frame is no JSON; it begins 'GET /'"],
  [
    'JSON that is no object',
    Buffer.concat([header(2), Buffer.from('[]')]),
    "a frame is no JSON object; it begins '[]'",
  ],
])('%s is refused by name', (_, bytes, message) => {
  const decoder = new FrameDecoder(HANDSHAKE_FRAME_BYTES);
  decoder.push(bytes);
  expect(() => decoder.next()).toThrow(message);
});

test('a frame that the peer would refuse is not sent', () => {
  expect(() => encodeFrame({ text: 'x'.repeat(100) }, 50)).toThrow(
    'a frame of 111 bytes is too long to send; the limit is 50',
  );
});
