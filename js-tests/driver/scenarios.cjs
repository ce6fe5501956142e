'use strict';
// The scenarios by family: `scenarios/<family>/<name>.cjs`. The id of a case is
// `<family>/<name> > <case>`, which is how the protocol names a test.

const fs = require('node:fs');
const path = require('node:path');

const FOLDER = path.join(__dirname, 'scenarios');

const sorted = (dir) => fs.readdirSync(dir).sort();

/** `[{ family, name, file, scenario }]`, sorted; `folder` is that of other scenarios. */
function allScenarios(folder = FOLDER) {
  return sorted(folder).flatMap((family) =>
    sorted(path.join(folder, family))
      .filter((file) => file.endsWith('.cjs'))
      .map((file) => ({
        family,
        name: path.basename(file, '.cjs'),
        file: path.join(folder, family, file),
        scenario: require(path.join(folder, family, file)),
      })),
  );
}

/** The case of an id, or an error that says which there are. */
function findCase(id, folder = FOLDER) {
  const [prefix, ...rest] = id.split(' > ');
  const [family, name] = prefix.split('/');
  const file = path.join(folder, family ?? '', `${name}.cjs`);
  if (!fs.existsSync(file)) throw new Error(`there is no scenario ${prefix}`);
  const { cases } = require(file);
  const wanted = rest.join(' > ');
  const found = cases.find((one) => one.name === wanted);
  if (found === undefined) {
    const names = cases.map((one) => one.name).join(', ');
    throw new Error(`${prefix} has no case "${wanted}"; there are: ${names}`);
  }
  return found;
}

module.exports = { allScenarios, findCase };
