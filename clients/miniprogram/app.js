const { create } = require('./api/client')
const config = require('./config')

App({
  onLaunch() {
    this.globalData.client = create({ base: config.base })
  },
  globalData: { client: null, config }
})
