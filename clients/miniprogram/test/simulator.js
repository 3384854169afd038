// The simulator of mini-program components in a DOM; pages are made with Component(), so that it can load them.
const path = require('path')
const { JSDOM } = require('jsdom')

const dom = new JSDOM('<!doctype html><body></body>', { url: 'http://localhost/', pretendToBeVisual: true })
const given = Object.getOwnPropertyNames(dom.window)
for (const name of ['window', 'document', 'navigator', 'Element', 'HTMLElement', 'Node', 'Event', 'CustomEvent', 'TouchEvent', 'MutationObserver', 'getComputedStyle', 'requestAnimationFrame', 'cancelAnimationFrame']) {
  if (name === 'window') global.window = dom.window
  else if (given.includes(name) || dom.window[name]) Object.defineProperty(global, name, { value: dom.window[name], configurable: true, writable: true })
}
const simulate = require('miniprogram-simulate')
const { create } = require('../api/client')
const config = require('../config')

/** Opens a page of the package on a telephone. */
function open(page, query, phone, base) {
  const client = create({ base: base || 'https://city.example', wx: phone, wait: () => 1 })
  global.getApp = () => ({ globalData: { client, config, wx: phone } })
  const id = simulate.load(path.join(__dirname, '..', 'pages', page, page), page, { compiler: 'simulate', rootPath: path.join(__dirname, '..') })
  const shown = simulate.render(id)
  const parent = dom.window.document.createElement('div')
  shown.attach(parent)
  return { shown, client, parent, page: shown.instance, begun: shown.instance.onLoad(query || {}), text: () => parent.textContent.replace(/\s+/g, ' ') }
}
/** Something happens to what has this class. */
function happens(it, cls, event, detail) {
  const found = it.shown.querySelectorAll('.' + cls)
  if (!found.length) throw new Error(`nothing has the class ${cls} in ${it.parent.innerHTML}`)
  found[0].dispatchEvent(event, { bubbles: true, detail })
  return new Promise(resolve => setTimeout(resolve, 20))
}
/** Waits until `what` holds, or fails after some seconds. */
async function until(what, said) {
  const end = Date.now() + 15000
  while (!what()) {
    if (Date.now() > end) throw new Error(`never: ${said || what}`)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}
module.exports = { open, happens, until }
