// Asks Prisma's own schema engine: a JSON object on each line of standard input, one on each of standard output.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const readline = require("node:readline");
const { pathToFileURL } = require("node:url");
const load = require("node:module").createRequire(process.cwd() + "/");

// The adapter refuses PostgreSQL's "char", which catalogs are full of: it is to pass for a uuid, which they have not, and
// is then called what the engine expects.
load("pg").types.builtins.UUID = 18;
const { PrismaPg } = load("@prisma/adapter-pg");
const { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } = load("@prisma/driver-adapter-utils");
const HOME = path.join(process.cwd(), "node_modules", "@prisma", "schema-engine-wasm");
const FILTERS = { externalTables: [], externalEnums: [] };

const ASK = {
  // What the engine would run to make the schema in an empty database.
  ddl: (engine, files) => engine.diff({ ...to(files), from: { tag: "empty" }, script: true, exitCode: null }),
  // What it would run to make the database's schema that of the files.
  change: (engine, files) =>
    engine.diff({ ...to(files), from: { tag: "schemaDatasource", configDir: ".", files }, script: true, exitCode: true }),
  // The schema as the engine reads it off the database.
  introspect: (engine, files) => engine.introspect(pull(files, true)),
  // The same with what a person wrote kept, where the database does not say otherwise.
  repull: (engine, files) => engine.introspect(pull(files, false)),
};

function pull(files, force) {
  return { schema: { files }, baseDirectoryPath: ".", force, compositeTypeDepth: 0, namespaces: null };
}

function to(files) {
  return { to: { tag: "schemaDatamodel", files }, filters: FILTERS };
}

async function answer(wasm, { question, files, url }) {
  const contents = files.map(([name, content]) => ({ path: name, content }));
  const factory = bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString: url, max: 1 }));
  // The engine never closes its connection: remember it.
  const connected = [];
  const connect = factory.connect;
  factory.connect = async (...args) => {
    const made = await connect(...args);
    const query = made.value.queryRaw;
    made.value.queryRaw = async (...given) => {
      const said = await query(...given);
      if (said.ok) {
        const types = said.value.columnTypes;
        said.value.columnTypes = types.map((each) => (each === ColumnTypeEnum.Uuid ? ColumnTypeEnum.Character : each));
      }
      return said;
    };
    connected.push(made.value);
    return made;
  };
  const engine = await wasm.SchemaEngine.new({ datamodels: files }, () => {}, factory);
  try {
    return await ASK[question](engine, contents);
  } finally {
    await Promise.all(connected.map((each) => each.dispose()));
    engine.free();
  }
}

async function main() {
  // Where the engine leaves a word before it panics.
  globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => console.error(message) };
  const wasm = await import(pathToFileURL(path.join(HOME, "schema_engine_bg.js")));
  const bytes = fs.readFileSync(path.join(HOME, "schema_engine_bg.wasm"));
  const { instance } = await WebAssembly.instantiate(bytes, { "./schema_engine_bg.js": wasm });
  wasm.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  for await (const line of readline.createInterface({ input: process.stdin })) {
    let said;
    try {
      said = { answer: await answer(wasm, JSON.parse(line)) };
    } catch (error) {
      said = { error: String(error.message) };
    }
    process.stdout.write(JSON.stringify(said) + "\n");
  }
}

main();
