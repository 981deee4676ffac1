// Asks Prisma's own schema packages: a JSON object on each line of standard input, one on each of standard output.
"use strict";
const readline = require("node:readline");
const load = require("node:module").createRequire(process.cwd() + "/");

const PACKAGES = {
  5: "prisma-schema-wasm-5",
  6: "prisma-schema-wasm-6",
  7: "@prisma/prisma-schema-wasm",
};
const ASK = {
  lint: (prisma, files) => JSON.parse(prisma.lint(JSON.stringify(files))),
  datamodel: (prisma, files) => JSON.parse(prisma.get_datamodel(JSON.stringify({ prismaSchema: files }))),
  format: (prisma, files) =>
    JSON.parse(
      prisma.format(
        JSON.stringify(files),
        JSON.stringify({
          textDocument: { uri: files[0][0] },
          options: { tabSize: 2, insertSpaces: true },
        }),
      ),
    ),
};

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const { version, question, files } = JSON.parse(line);
  let answer;
  try {
    answer = { answer: ASK[question](load(PACKAGES[version]), files) };
  } catch (error) {
    // A refusal is JSON. Anything else is a panic, after which the instance answers nothing right.
    answer = { [/^\{/.test(error.message) ? "error" : "crash"]: String(error.message) };
    if (answer.crash) delete load.cache[load.resolve(PACKAGES[version])];
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
});
