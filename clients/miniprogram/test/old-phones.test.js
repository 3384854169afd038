// The scripts of the H5 pages are read by telephones of 2014: a parser of that language reads them.
const test = require('node:test')
const fs = require('fs')
const path = require('path')
const acorn = require('acorn')

for (const name of ['h5.js', 'h5-photos.js']) {
  test(`${name} is ECMAScript 5`, () => {
    acorn.parse(fs.readFileSync(path.join(__dirname, '../../../src/web/assets', name), 'utf8'), { ecmaVersion: 5 })
  })
}
