import { log } from '../log.ts';
import type { Mutations } from '../mutations.ts';
import { Session } from '../session.ts';
import { FrameWriter } from './frame-writer.ts';
import { ByteLines, tooLongFrame } from './lines.ts';

/** Serves one client on stdin and stdout until either ends. Resolves with the exit code. */
export async function serveStdio(mutations: Mutations): Promise<number> {
  const writer = new FrameWriter(writeStdout, (thrown) => {
    log('warn', 'stdout cannot be written any more', { error: String(thrown) });
    process.stdin.destroy();
  });
  // The error of a write is told to that write; without a listener it would end the process in the middle of a change.
  process.stdout.on('error', () => undefined);
  const session = new Session(writer, mutations);
  const code = await readAll(session, writer);
  await session.end();
  await writer.flushed();
  return code;
}

async function readAll(session: Session, writer: FrameWriter): Promise<number> {
  const lines = new ByteLines();
  try {
    for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
      const cut = lines.push(chunk);
      for (const line of cut.lines) await session.accept(line);
      if (cut.overflow) {
        writer.send(tooLongFrame());
        log('error', 'a line was too long; the stream is closed');
        return 1;
      }
    }
    return 0;
  } catch (thrown) {
    log('warn', 'stdin cannot be read any more', { error: String(thrown) });
    return 0;
  }
}

function writeStdout(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error === null || error === undefined ? resolve() : reject(error)));
  });
}
