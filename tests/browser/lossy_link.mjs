// A network between the browser and the program that can lose an answer: the program gets the
// request and does its work, but the browser only sees the connection break.

import { connect, createServer } from 'node:net';

export async function startLossyLink(programAddress) {
  const { hostname, port } = new URL(programAddress);
  const link = { losesAnswersToPost: false };
  const server = createServer((browserSide) =>
    join(browserSide, connect(Number(port), hostname), link),
  );
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  link.address = `http://127.0.0.1:${server.address().port}`;
  link.stop = () => server.close();
  return link;
}

function join(browserSide, programSide, link) {
  let posting = false;
  browserSide.on('data', (bytes) => {
    posting ||= bytes.subarray(0, 5).toString() === 'POST ';
    programSide.write(bytes);
  });
  programSide.on('data', (bytes) => {
    if (posting && link.losesAnswersToPost) {
      browserSide.destroy();
      return;
    }
    posting = false;
    browserSide.write(bytes);
  });
  for (const [side, other] of [
    [browserSide, programSide],
    [programSide, browserSide],
  ]) {
    side.on('error', () => other.destroy());
    side.on('close', () => other.destroy());
  }
}
